import { ms, renderTable } from "../render.js";
import { defaultPlatform, type RegisterCommand } from "./command.js";

export const measure: RegisterCommand = (program, run) => {
  program
    .command("measure")
    .description("whole-model latency, measured on the platform")
    .argument("<model...>", "model files")
    .option("--platform <id>", "platform id", defaultPlatform)
    .option("--protocol <name>", "quick, standard or careful", "standard")
    .option("--again", "measure even what the store already has")
    .action((models: string[], options, command) =>
      run(command, async (context) => {
        const { measureFiles } = await import("../../jobs/model-files.js");
        const reports = await measureFiles({
          home: context.home,
          models,
          platform: options.platform,
          protocol: options.protocol,
          again: options.again === true,
          signal: context.signal,
        });
        context.result(reports, (all) =>
          renderTable(
            ["model", "ms", "p10", "median", "runs", "sessions"],
            all.map((r) =>
              "failed" in r
                ? [r.model, `failed: ${r.failed}`, "", "", "", ""]
                : [r.model, ms(r.latencyMs), ms(r.p10Ms), ms(r.medianMs), r.runs, r.sessions],
            ),
          ),
        );
        return reports.some((report) => "failed" in report) ? 1 : 0;
      }),
    );
};
