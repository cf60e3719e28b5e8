import { badOf, usable } from "../bad-files.js";
import { collect, numberOf, platformsIn, type RegisterCommand } from "./command.js";

export const predict: RegisterCommand = (program, run) => {
  program
    .command("predict")
    .description("latency of ONNX or TFLite models on a platform, with an interval and the breakdown by kernel")
    .argument("<model...>", "ONNX or TFLite files")
    .option("--platform <id>", "platform id, or all (repeatable; default: this machine's ONNX Runtime)", collect)
    .option(
      "--input <name=shape>",
      "shape of a model input, e.g. x=1x3x224x224, in the file's order of axes (repeatable)",
      collect,
    )
    .option("--level <share>", "level of the interval", "0.9")
    .option("--pool <dir>", "another folder of predictors (repeatable)", collect)
    .option("--kernels", "list every kernel")
    .action((models: string[], options, command) =>
      run(command, async (context) => {
        const { predictFiles } = await import("../../jobs/predict.js");
        const { describePredictions } = await import("../predictions-text.js");
        const rows = await predictFiles({
          home: context.home,
          models,
          platform: platformsIn(options),
          inputs: options.input ?? [],
          level: numberOf(options, "level"),
          pools: options.pool ?? [],
        });
        const reports = usable(rows, models.length);
        const bad = badOf(rows);
        context.result(rows, () => describePredictions(reports, bad, options.kernels === true));
        return bad.length > 0 ? 2 : 0;
      }),
    );
};
