import type { Command } from "commander";
import { LitepredError } from "../../base/index.js";
import type { EvaluateTransferReport } from "../../experiments/recorded/run-one.js";
import { ms, percent, renderTable } from "../render.js";
import { collect, numberOf, type RunCommand } from "./command.js";

export function evaluateTransferCommand(parent: Command, run: RunCommand): void {
  parent
    .command("transfer")
    .description(
      "adapts a pool to a target and tests on what was not looked at: tables of a recorded platform (--target), or real platforms of this machine, each in turn (--platform)",
    )
    .option("--target <dir>", "folder of the target's tables")
    .option("--platform <id>", "a platform of this machine (repeatable): pool and targets of real engines", collect)
    .option("--target-platform <id>", "with --platform: only these are targets (repeatable)", collect)
    .option("--seeds <n>", "with --platform: draws of the networks that corrections are fitted on", "3")
    .option("--minutes <n>", "with --platform: of measuring on a target what adapt measures", "3")
    .option("--count <n>", "with --platform: architectures of each space in the test", "40")
    .option("--variant <name>", 'with --platform: only this comparison (repeatable), e.g. "whole pool"', collect)
    .option("--budgets", "with --platform: also fewer kernels, and from scratch with 2.5 times as many")
    .option("--measure-only", "with --platform: only measure what the store lacks")
    .option("--no-measure", "with --platform: only use what the store has")
    .option("--markdown <file>", "with --platform: also write the tables here")
    .option("--plot <file>", "with --budgets: a picture over the number of kernels (SVG)")
    .option("--pool <dir>", "folder of a source's tables; with --platform of further predictors (repeatable)", collect)
    .option("--budget <n>", "target measurements that may be looked at", "260")
    .option("--seed <n>", "seed", "1")
    .option("--method <name>", "default, litepred, or a baseline", "default")
    .option("--level <share>", "level of the intervals", "0.9")
    .action((options, command) =>
      run(command, async (context) => {
        if (options.platform) {
          const { evaluatePlatforms } = await import("./evaluate-transfer-platforms.js");
          return evaluatePlatforms(context, { ...options, target: options.targetPlatform });
        }
        if (options.target === undefined)
          throw new LitepredError("bad-usage", "nothing to transfer to", "give --target DIR, or --platform ID …");
        const { evaluateTransfer } = await import("../../experiments/recorded/run-one.js");
        const report = await evaluateTransfer({
          target: options.target,
          pool: options.pool ?? [],
          budget: numberOf(options, "budget"),
          seed: numberOf(options, "seed"),
          method: options.method,
          level: numberOf(options, "level"),
          home: context.home,
          signal: context.signal,
        });
        context.result(report, describe);
        return 0;
      }),
    );
}

const head = ["kernel", "test rows", "MAPE", "within 5 %", "within 10 %", "RMSE ms", "interval coverage"];

const cells = (name: string, metrics: EvaluateTransferReport["overall"]) => [
  name,
  metrics.n,
  percent(metrics.mape),
  percent(metrics.within5),
  percent(metrics.within10),
  ms(metrics.rmseMs),
  percent(metrics.intervalCoverage),
];

function describe({ target, method, measurementsUsed, seconds, kernels, overall, donors }: EvaluateTransferReport) {
  const rows = Object.entries(kernels).map(([type, metrics]) => cells(type, metrics));
  return [
    `${target}, method ${method}, ${measurementsUsed} measurements, ${seconds.toFixed(1)} s`,
    renderTable(head, [...rows, cells("all", overall)]),
    ...Object.entries(donors).map(
      ([type, names]) => `${type}: from ${names.length > 0 ? names.join(", ") : "nothing (from scratch)"}`,
    ),
  ].join("\n");
}
