import { mkdirSync } from "node:fs";
import { join } from "node:path";
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
      "published methods beside ours on platforms of this machine, from what the store has (evaluate dataset and adapt measure it)",
    )
    .requiredOption(
      "--platform <id>",
      "a platform that was measured (repeatable): targets, and what others learn from",
      collect,
    )
    .option("--target-platform <id>", "only these are targets (repeatable)", collect)
    .option("--pool <dir>", "further folder of predictors to transfer from (repeatable)", collect)
    .option("--method <name>", "repeatable; default all", collect)
    .option("--seeds <n>", "repetitions", "3")
    .option("--episodes <n>", "of HELP's meta-training")
    .option("--epochs <n>", "of BRP-NAS")
    .option("--trees <n>", "of nn-Meter's forests")
    .option("--report <dir>", "also write baselines.json, baselines.md and baselines.svg there")
    .action((options, command) =>
      run(command, async (context) => {
        const { evaluateBaselines } = await import("../../experiments/baselines/run.js");
        const given = (name: string) => (options[name] === undefined ? undefined : numberOf(options, name));
        const report = await withProgress((watch) =>
          evaluateBaselines({
            ...{ home: context.home, platforms: options.platform, signal: context.signal, ...watch },
            pools: options.pool,
            targets: options.targetPlatform,
            methods: options.method,
            seeds: numberOf(options, "seeds"),
            episodes: given("episodes"),
            epochs: given("epochs"),
            trees: given("trees"),
          }),
        );
        if (options.report) await saveReport(options.report, report);
        context.result(report, (r) => describe(r));
        return 0;
      }),
    );
}

async function saveReport(folder: string, report: BaselinesReport): Promise<void> {
  const { baselinesPage } = await import("../../experiments/baselines/page.js");
  const { plotBaselines } = await import("../../experiments/plots/baselines.js");
  mkdirSync(folder, { recursive: true });
  saveWhole(join(folder, "baselines.json"), `${JSON.stringify(report, undefined, 1)}\n`);
  saveWhole(join(folder, "baselines.md"), baselinesPage(report));
  saveWhole(join(folder, "baselines.svg"), plotBaselines(report));
}

const head = ["target", "method", "measurements", "profiling s", "RMSE ms", "±5 %", "±10 %"];

const describe = ({ rows, notRun }: BaselinesReport): string =>
  [
    table(rows),
    ...notRun.map((one) => `${one.target}: ${one.method}, seed ${one.seed} was not run: ${one.reason}`),
  ].join("\n");

const table = (rows: BaselinesReport["rows"]): string =>
  renderTable(
    head,
    rows.map((row) => [
      ...[row.target, row.method, row.measurements.toFixed(0), row.profilingSeconds.toFixed(0), row.rmseMs.toFixed(3)],
      ...[row.within5, row.within10].map((ratio) => (ratio * 100).toFixed(1)),
    ]),
  );
