import type { Command } from "commander";
import { saveWhole } from "../../base/index.js";
import { withProgress } from "../progress.js";
import { renderTable } from "../render.js";
import type { RunCommand } from "./command.js";
import { numberOf } from "./command.js";

export function evaluateRepeatabilityCommand(parent: Command, run: RunCommand): void {
  parent
    .command("repeatability")
    .description("how well numbers repeat here: models and kernels measured twice, minutes apart, also disturbed")
    .option("--platform <id...>", "platforms (default: all engines that are installed)")
    .option("--models <n>", "models", "20")
    .option("--kernels <n>", "kernels", "200")
    .option("--minutes-apart <n>", "least time between the two looks", "10")
    .option("--no-disturbed", "not beside a program that disturbs")
    .option("--name <name>", "of the run; the same name goes on with it", new Date().toISOString().slice(0, 10))
    .option("--markdown <file>", "the table as a page")
    .action((options, command) =>
      run(command, async (context) => {
        const { evaluateRepeatability } = await import("../../experiments/repeatability/run.js");
        const { repeatabilityCells, repeatabilityHead, repeatabilityPage } = await import(
          "../../experiments/repeatability/page.js"
        );
        const rows = await withProgress((watch) =>
          evaluateRepeatability({
            home: context.home,
            platforms: options.platform,
            models: numberOf(options, "models"),
            kernels: numberOf(options, "kernels"),
            minutesApart: numberOf(options, "minutesApart"),
            disturbed: options.disturbed,
            name: options.name,
            signal: context.signal,
            ...watch,
            onProblem: (platform, problem) => context.note(`! ${platform}: ${problem}`),
          }),
        );
        if (options.markdown !== undefined) saveWhole(options.markdown, repeatabilityPage(rows));
        context.result(rows, (all) => renderTable(repeatabilityHead, all.map(repeatabilityCells)));
        return 0;
      }),
    );
}
