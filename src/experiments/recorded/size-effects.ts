/** How many representative configs a kernel type needs: its error beside the number that was measured, over recorded runs. */
import { mean, median } from "../../base/index.js";
import type { RecordedRun } from "./report.js";

export interface SizeEffect {
  /** Measurements of a kernel type: more than `above`, at most `upTo`. */
  readonly above: number;
  readonly upTo: number;
  readonly runs: number;
  /** Median over kernel types and runs of MAPE ÷ the type's lowest MAPE in any run. */
  readonly errorRatio: number;
  /** Mean over kernel types and runs, 0–1. */
  readonly intervalCoverage: number;
}

const edges = [0, 5, 10, 20, 40, 80, 160, Number.POSITIVE_INFINITY];
/** Kernel types with fewer test rows say little. */
const fewestTestRows = 200;

export function sizeEffects(runs: readonly RecordedRun[], method: string): SizeEffect[] {
  const seen = runs
    .filter((run) => run.method === method)
    .flatMap(({ target, kernels }) =>
      Object.entries(kernels).map(([type, kernel]) => ({ key: `${target} ${type}`, ...kernel })),
    )
    .filter(({ n }) => n >= fewestTestRows);
  const least = new Map<string, number>();
  for (const { key, mape } of seen) least.set(key, Math.min(mape, least.get(key) ?? Number.POSITIVE_INFINITY));
  return edges.slice(1).flatMap((upTo, i) => {
    const above = edges[i]!;
    const own = seen.filter(({ measured }) => measured > above && measured <= upTo);
    if (own.length === 0) return [];
    const errorRatio = median(own.map(({ key, mape }) => mape / least.get(key)!));
    return [{ above, upTo, runs: own.length, errorRatio, intervalCoverage: mean(own.map((k) => k.intervalCoverage)) }];
  });
}
