import type { Command } from "commander";
import { saveWhole } from "../../base/index.js";
import { withProgress } from "../progress.js";
import { renderTable } from "../render.js";
import { collect, numberOf, type RunCommand } from "./command.js";

/** Adds `engines` to `litepred evaluate`. */
export function evaluateEnginesCommand(parent: Command, run: RunCommand): void {
  parent
    .command("engines")
    .description("table of engines: do kernel times add up to the model, do measurements repeat, how fast is measuring")
    .option("--platform <id>", "platform id (repeatable; default: all that is installed)", collect)
    .option("--models <n>", "whole models for each platform", "20")
    .option("--repeats <n>", "kernels of them that are measured a second time", "150")
    .option("--no-measure", "only use what the store has")
    .option("--markdown <file>", "write the table there, too")
    .action((options, command) =>
      run(command, async (context) => {
        const { evaluateEngines } = await import("../../experiments/engines/run.js");
        const { engineCells, engineHead, enginesPage, failureLines } = await import(
          "../../experiments/engines/page.js"
        );
        const report = await withProgress((watch) =>
          evaluateEngines({
            home: context.home,
            platforms: options.platform,
            models: numberOf(options, "models"),
            measure: options.measure,
            repeats: numberOf(options, "repeats"),
            signal: context.signal,
            ...watch,
          }),
        );
        if (options.markdown) saveWhole(options.markdown, enginesPage(report, numberOf(options, "models")));
        context.result(report, (r) =>
          [
            renderTable(engineHead, r.rows.map(engineCells)),
            ...r.rows.flatMap((row) => failureLines(row).map((line) => `! ${line}`)),
            ...r.problems.map(({ platform, problem }) => `! ${platform}: ${problem}`),
          ].join("\n"),
        );
        return report.problems.length > 0 ? 1 : 0;
      }),
    );
}
