import { ms, renderTable } from "../render.js";
import { defaultPlatform, type RegisterCommand } from "./command.js";

export const measure: RegisterCommand = (program, run) => {
  program
    .command("measure")
    .description("whole-model latency, measured on the platform")
    .argument("<model...>", "model files")
    .option("--platform <id>", "platform id", defaultPlatform)
    .option("--protocol <name>", "brief, quick, standard or careful", "standard")
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
            ["model", "ms", "just now", "core shared", "±", "runs"],
            all.map((r) =>
              "failed" in r
                ? [r.model, `failed: ${r.failed}`, "", "", "", ""]
                : [
                    r.model,
                    ms(r.latencyMs),
                    ms(r.observedMs),
                    `×${r.slowdown.toFixed(2)}`,
                    `${(100 * r.relativeError).toFixed(1)} %`,
                    r.runs,
                  ],
            ),
          ),
        );
        return reports.some((report) => "failed" in report) ? 1 : 0;
      }),
    );
};
