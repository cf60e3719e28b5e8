import type { AdaptReport } from "../../adapting/index.js";
import { LitepredError } from "../../base/index.js";
import type { AdaptationRound, ComparisonReport, Goal } from "../../transfer/index.js";
import { withProgress } from "../progress.js";
import { percent, renderTable } from "../render.js";
import { collect, defaultPlatform, numberOf, type RegisterCommand } from "./command.js";

export const adapt: RegisterCommand = (program, run) => {
  program
    .command("adapt")
    .description("brings a new platform in: measures a few kernels on it and adapts the pool's predictors")
    .option("--platform <id>", "platform id", defaultPlatform)
    .option("--pool <dir>", "another folder of predictors (repeatable)", collect)
    .option("--exclude <text>", "leave out sources whose id contains this (repeatable)", collect)
    .option("--budget <n>", "kernel measurements, where kernels are measured alone", "600")
    .option("--minutes <n>", "of measuring, where kernels are timed inside networks (default 4)")
    .option("--goal <metric=share>", "stop when it is reached with confidence, e.g. within10=0.99")
    .option("--method <name>", "transfer method", "default")
    .option("--models <n>", "whole models for the model-level correction", "40")
    .option("--protocol <name>", "brief, quick, standard or careful", "quick")
    .option("--seed <n>", "seed", "1")
    .action((options, command) =>
      run(command, async (context) => {
        const { adaptPlatform } = await import("../../jobs/adapt.js");
        const report = await withProgress((watch) =>
          adaptPlatform({
            home: context.home,
            platform: options.platform,
            pools: options.pool ?? [],
            exclude: options.exclude ?? [],
            budget: numberOf(options, "budget"),
            minutes: options.minutes === undefined ? undefined : numberOf(options, "minutes"),
            goal: options.goal && parseGoal(options.goal),
            method: options.method,
            models: numberOf(options, "models"),
            protocol: options.protocol,
            seed: numberOf(options, "seed"),
            signal: context.signal,
            ...watch,
            onRound: (round) => context.note(describeRound(round)),
          }),
        );
        context.result(report, describe);
        return report.goalReached === false ? 3 : 0;
      }),
    );
};

function describe(r: AdaptReport): string {
  const rows = Object.entries(r.kernels).map(([type, k]) => [
    type,
    k.measured,
    k.failed,
    percent(k.within5 ?? Number.NaN),
    percent(k.within10 ?? Number.NaN),
    (r.donors[type] ?? []).slice(0, 2).join(", ") || "–",
    k.weak ?? "",
  ]);
  return [
    `${r.platform}: ${r.measurementsUsed} measurements, ${r.seconds.toFixed(0)} s`,
    renderTable(["kernel", "measured", "failed", "within 5 %", "within 10 %", "sources", "weak"], rows),
    comparisonLine(r.comparison),
    `whole models (each left out of its correction): ${r.models.n}, within ±5 % ${percent(r.models.within5)}, ±10 % ${percent(r.models.within10)}`,
  ].join("\n");
}

const wordFor = { own: "what was fitted here", source: "the source", both: "both together" } as const;

/** What was fitted, beside the best source, and both together. */
export function comparisonLine(comparison: ComparisonReport | undefined): string {
  if (comparison === undefined) return "no source to compare with";
  const { own, source, both, networks, kept } = comparison;
  const errors = `fitted here ${percent(own)}, ${source.platform} with a correction ${percent(source.error)}, both together ${percent(both)}`;
  return `mean error on ${networks} networks left out: ${errors}; kept: ${wordFor[kept]}`;
}

export function describeRound(round: AdaptationRound): string {
  const { measurementsUsed, within5, within10, within10AtDouble } = round;
  const more = within10AtDouble === undefined ? "" : `, ${percent(within10AtDouble)} with twice as many`;
  return `round ${round.round}: ${measurementsUsed} kernels measured, estimated within ±5 % ${percent(within5)}, ±10 % ${percent(within10)}${more}`;
}

function parseGoal(text: string): Goal {
  const match = /^(within5|within10)=(0?\.\d+|1)$/.exec(text);
  if (match === null)
    throw new LitepredError("bad-usage", `--goal ${text} is not metric=share`, "for example --goal within10=0.99");
  return { metric: match[1] as Goal["metric"], value: Number(match[2]) };
}
