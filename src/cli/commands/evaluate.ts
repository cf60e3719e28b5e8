import { LitepredError } from "../../base/index.js";
import { withProgress } from "../progress.js";
import { ms, percent, renderTable, signedPercent } from "../render.js";
import { collect, defaultPlatform, type RegisterCommand } from "./command.js";
import { evaluateDistributionCommand } from "./evaluate-distribution.js";
import { evaluateEnginesCommand } from "./evaluate-engines.js";
import { evaluateRecordedCommand } from "./evaluate-recorded.js";
import { evaluateRepeatabilityCommand } from "./evaluate-repeatability.js";
import { evaluateSamplersCommand } from "./evaluate-samplers.js";

export const evaluate: RegisterCommand = (program, run) => {
  const parent = program.command("evaluate").description("one table of the method's evaluation, or of your own data");
  evaluateDistributionCommand(parent, run);
  evaluateSamplersCommand(parent, run);
  evaluateEnginesCommand(parent, run);
  evaluateRepeatabilityCommand(parent, run);
  evaluateRecordedCommand(parent, run);
  parent
    .command("models")
    .description("predicted beside measured latency of model files, with the noise ceiling")
    .argument("<model...>", "model files; they take no part in training")
    .option("--platform <id>", "platform id", defaultPlatform)
    .option("--protocol <name>", "of each of the two looks: brief, quick, standard or careful", "standard")
    .action((models: string[], options, command) =>
      run(command, async (context) => {
        const { evaluateModels } = await import("../../experiments/models/run.js");
        const report = await withProgress((watch) =>
          evaluateModels({
            home: context.home,
            models,
            platform: options.platform,
            protocol: options.protocol,
            signal: context.signal,
            ...watch,
          }),
        );
        context.result(report, (r) =>
          [
            `${r.platform}, ${r.date}`,
            renderTable(
              ["model", "predicted ms", "90 % interval", "measured ms", "again", "error", "sum of kernels", "covered"],
              r.models.map((m) => [
                m.model,
                ms(m.predictedMs),
                `${ms(m.lowMs)} – ${ms(m.highMs)}`,
                ms(m.measuredMs),
                ms(m.secondMs),
                signedPercent(m.error),
                signedPercent(m.sumMs / m.measuredMs - 1),
                percent(m.coverage, 0),
              ]),
            ),
            ...r.failed.map((f) => `! ${f.model}: ${f.reason}`),
            `within ±5 %: ${percent(r.within5)}, within ±10 %: ${percent(r.within10)}, MAPE ${percent(r.mape)}, RMSE ${ms(r.rmseMs)} ms over ${r.n} models; interval coverage ${percent(r.intervalCoverage)}`,
            `noise ceiling (second measurement against the first): ±5 % ${percent(r.noiseCeiling.within5)}, ±10 % ${percent(r.noiseCeiling.within10)}, median difference ${percent(r.noiseCeiling.medianDifference)}`,
            `plain sum of kernels: ±5 % ${percent(r.sum.within5)}, ±10 % ${percent(r.sum.within10)}`,
          ].join("\n"),
        );
        return 0;
      }),
    );
  parent
    .command("transfer")
    .description(
      "adapts a pool to a target and tests on what was not looked at: tables of a recorded platform (--target), or real platforms of this machine, each in turn (--platform)",
    )
    .option("--target <dir>", "folder of the target's tables")
    .option("--platform <id>", "a platform of this machine (repeatable): pool and targets of real engines", collect)
    .option("--target-platform <id>", "with --platform: only these are targets (repeatable)", collect)
    .option("--seeds <n>", "with --platform: repetitions", "3")
    .option("--budgets", "with --platform: also fewer kernels, and from scratch with 2.5 times as many")
    .option("--measure-only", "with --platform: only measure what the store lacks")
    .option("--no-measure", "with --platform: only use what the store has")
    .option("--markdown <file>", "with --platform: also write the tables here")
    .option("--plot <file>", "with --budgets: a picture over the number of kernels (SVG)")
    .option("--pool <dir>", "folder of a source's tables (repeatable)", collect)
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
          budget: Number(options.budget),
          seed: Number(options.seed),
          method: options.method,
          level: Number(options.level),
          home: context.home,
          signal: context.signal,
        });
        context.result(report, (r) => {
          const rows = Object.entries(r.kernels).map(([type, k]) => [
            type,
            k.n,
            percent(k.mape),
            percent(k.within5),
            percent(k.within10),
            ms(k.rmseMs),
            percent(k.intervalCoverage),
          ]);
          const { overall: o } = r;
          rows.push([
            "all",
            o.n,
            percent(o.mape),
            percent(o.within5),
            percent(o.within10),
            ms(o.rmseMs),
            percent(o.intervalCoverage),
          ]);
          return [
            `${r.target}, method ${r.method}, ${r.measurementsUsed} measurements, ${r.seconds.toFixed(1)} s`,
            renderTable(
              ["kernel", "test rows", "MAPE", "within 5 %", "within 10 %", "RMSE ms", "interval coverage"],
              rows,
            ),
            ...Object.entries(r.donors).map(
              ([type, donors]) => `${type}: from ${donors.length > 0 ? donors.join(", ") : "nothing (from scratch)"}`,
            ),
          ].join("\n");
        });
        return 0;
      }),
    );
};
