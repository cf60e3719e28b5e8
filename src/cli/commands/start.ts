import { withProgress } from "../progress.js";
import { ms, percent, renderTable, signedPercent } from "../render.js";
import { comparisonLine, describeRound } from "./adapt.js";
import type { RegisterCommand } from "./command.js";
import { numberOf } from "./command.js";

export const start: RegisterCommand = (program, run) => {
  program
    .command("start")
    .description("the main job, end to end, on this machine: adapt the pool, predict example models, measure them")
    .option("--minutes <n>", "of measuring for the adaptation (default: what three minutes in all leave, at most 1.4)")
    .option("--models <n>", "whole networks for the model-level correction", "24")
    .action((options, command) =>
      run(command, async (context) => {
        const { startHere } = await import("../../jobs/start.js");
        const report = await withProgress((watch) =>
          startHere({
            home: context.home,
            minutes: options.minutes === undefined ? undefined : numberOf(options, "minutes"),
            models: numberOf(options, "models"),
            signal: context.signal,
            ...watch,
            onRound: (round) => context.note(describeRound(round)),
          }),
        );
        context.result(report, (r) => {
          const rows = r.models.map((m) => [
            m.model,
            ms(m.latencyMs),
            `${ms(m.interval.lowMs)} – ${ms(m.interval.highMs)}`,
            ms(m.measuredMs),
            signedPercent(m.error),
          ]);
          return [
            `${r.platform}: adapted with ${r.adaptation.measurementsUsed} measurements in ${r.adaptation.seconds.toFixed(0)} s, ${r.seconds.toFixed(0)} s in all`,
            `sources: ${sourcesOf(r.adaptation.donors)}`,
            comparisonLine(r.adaptation.comparison),
            renderTable(["model", "predicted ms", "90 % interval", "measured ms", "error"], rows),
            `within ±5 %: ${percent(r.within5, 0)}, within ±10 %: ${percent(r.within10, 0)} of ${r.models.length} models that no step has seen`,
            `a second measurement of the same models agrees with the first within ±${percent(r.noise)} (median)`,
          ].join("\n");
        });
        return 0;
      }),
    );
};

/** Platforms by the number of kernel types that lean on them most. */
function sourcesOf(donors: Readonly<Record<string, readonly string[]>>): string {
  const counts = new Map<string, number>();
  for (const [first] of Object.values(donors)) if (first !== undefined) counts.set(first, (counts.get(first) ?? 0) + 1);
  const named = [...counts].sort(([, a], [, b]) => b - a).map(([platform, n]) => `${platform} (${n} kernel types)`);
  return named.length > 0 ? named.join(", ") : "none, trained from scratch";
}
