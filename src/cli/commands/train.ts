import type { TrainReport } from "../../jobs/train.js";
import { withProgress } from "../progress.js";
import { ms, percent, renderTable } from "../render.js";
import { defaultPlatform, numberOf, type RegisterCommand } from "./command.js";

export const train: RegisterCommand = (program, run) => {
  program
    .command("train")
    .description("base predictors of a platform from the measurements in the workspace")
    .option("--platform <id>", "platform id", defaultPlatform)
    .option("--kernel <type...>", "kernel types (default: all that were measured)")
    .option(
      "--recipe <name>",
      "default, compact (a tenth of the size), or published (the paper's 16-layer MLP)",
      "default",
    )
    .option("--seed <n>", "seed", "1")
    .action((options, command) =>
      run(command, async (context) => {
        const { trainPlatform } = await import("../../jobs/train.js");
        const report = await withProgress((watch) =>
          trainPlatform({
            home: context.home,
            platform: options.platform,
            types: options.kernel,
            recipe: options.recipe,
            seed: numberOf(options, "seed"),
            signal: context.signal,
            ...watch,
          }),
        );
        context.result(report, describe);
        return 0;
      }),
    );
};

function describe(r: TrainReport): string {
  const rows = r.predictors.map((p) => [p.kernel, p.n, percent(p.within5), percent(p.within10), percent(p.mape)]);
  const table = renderTable(["kernel", "configs", "within 5 %", "within 10 %", "MAPE"], rows);
  const skipped = r.skipped.map(({ kernel, reason }) => `! ${kernel}: ${reason}`);
  const { models, spread } = r.correction;
  return [
    `${r.platform} (held-out errors of single kernels)`,
    table,
    ...skipped,
    models > 0
      ? `model-level correction: ${models} models, 90 % of them within ±${percent(spread)}`
      : "no whole models measured: no model-level correction",
    `${r.file}, ${ms(r.seconds * 1000)} ms`,
  ].join("\n");
}
