import { join } from "node:path";
import type { Command } from "commander";
import { saveWhole } from "../../base/index.js";
import { percent } from "../render.js";
import type { RunCommand } from "./command.js";

const list = (text: string): string[] => text.split(",");
const numbers = (text: string): number[] => list(text).map(Number);

/** Adds `recorded` to `litepred evaluate`. */
export function evaluateRecordedCommand(parent: Command, run: RunCommand): void {
  parent
    .command("recorded")
    .description(
      "every recorded platform of a folder in turn the target of the others, over methods, budgets and seeds",
    )
    .requiredOption("--data <dir>", "folder with one folder per group, in it one per platform")
    .option("--methods <names>", "separated by commas", list)
    .option("--budgets <n>", "separated by commas", numbers)
    .option("--seeds <n>", "separated by commas", numbers)
    .option("--groups <names>", "separated by commas", list)
    .option("--runs <file>", "runs done so far; the same command goes on from there (default: in the workspace)")
    .option("--only-report", "report on the runs done so far")
    .option("--markdown <file>", "write the tables there")
    .option("--plot <file>", "write the picture over budgets there, as SVG")
    .action((options, command) =>
      run(command, async (context) => {
        const { evaluateRecorded } = await import("../../experiments/recorded/run.js");
        const { recordedPage } = await import("../../experiments/recorded/page.js");
        const report = await evaluateRecorded({
          folder: options.data,
          methods: options.methods,
          budgets: options.budgets,
          seeds: options.seeds,
          groups: options.groups,
          runsFile: options.runs ?? join(context.home, "recorded-runs.json"),
          onlyReport: options.onlyReport === true,
          home: context.home,
          signal: context.signal,
          onRun: (r, left) =>
            process.stderr.write(
              `${left} left; ${r.target} ${r.budget} ${r.method} ${r.seed}: ±10 % ${percent(r.within10)}\n`,
            ),
        });
        if ("skipped" in report) {
          context.result(report, (r) => `skipped: ${r.skipped}`);
          return 0;
        }
        if (options.plot) {
          const { plotRecorded } = await import("../../experiments/plots/recorded.js");
          saveWhole(options.plot, plotRecorded(report.cells));
        }
        if (options.markdown) saveWhole(options.markdown, recordedPage(report));
        context.result(report, recordedPage);
        return 0;
      }),
    );
}
