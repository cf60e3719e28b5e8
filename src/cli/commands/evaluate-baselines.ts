import type { Command } from "commander";
import { saveWhole } from "../../base/index.js";
import type { BaselinesReport } from "../../experiments/baselines/report.js";
import { withProgress } from "../progress.js";
import { renderTable } from "../render.js";
import { collect, numberOf, type RunCommand } from "./command.js";

/** Adds `baselines` to `litepred evaluate`. */
export function evaluateBaselinesCommand(parent: Command, run: RunCommand): void {
  parent
    .command("baselines")
    .description(
      "published methods beside ours on platforms of this machine, from what the store has (evaluate transfer --platform … --measure-only measures it)",
    )
    .requiredOption("--platform <id>", "a platform that was measured (repeatable): pool and targets", collect)
    .option("--target-platform <id>", "only these are targets (repeatable)", collect)
    .option("--method <name>", "repeatable; default all", collect)
    .option("--seeds <n>", "repetitions", "3")
    .option("--episodes <n>", "of HELP's meta-training")
    .option("--epochs <n>", "of BRP-NAS")
    .option("--trees <n>", "of nn-Meter's forests")
    .option("--markdown <file>", "also write the tables here")
    .action((options, command) =>
      run(command, async (context) => {
        const { trainSources } = await import("../../experiments/transfer/measure.js");
        const { evaluateBaselines } = await import("../../experiments/baselines/run.js");
        const { baselinesPage } = await import("../../experiments/baselines/page.js");
        const given = (name: string) => (options[name] === undefined ? undefined : numberOf(options, name));
        const request = { home: context.home, platforms: options.platform, signal: context.signal };
        const report = await withProgress(async (watch) => {
          await trainSources({ ...request, ...watch });
          return evaluateBaselines({
            ...request,
            ...watch,
            targets: options.targetPlatform,
            methods: options.method,
            seeds: numberOf(options, "seeds"),
            episodes: given("episodes"),
            epochs: given("epochs"),
            trees: given("trees"),
          });
        });
        if (options.markdown) saveWhole(options.markdown, baselinesPage(report));
        context.result(report, (r) => describe(r));
        return 0;
      }),
    );
}

const head = ["target", "method", "measurements", "profiling s", "RMSE ms", "±5 %", "±10 %"];

const describe = ({ rows }: BaselinesReport): string =>
  renderTable(
    head,
    rows.map((row) => [
      ...[row.target, row.method, row.measurements.toFixed(0), row.profilingSeconds.toFixed(0), row.rmseMs.toFixed(3)],
      ...[row.within5, row.within10].map((ratio) => (ratio * 100).toFixed(1)),
    ]),
  );
