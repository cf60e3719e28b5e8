/** How good predictions are, by name. All take positive, index-aligned latencies in ms; NaN on empty input. */
import { mean } from "../base/index.js";

export interface LatencyMetrics {
  readonly n: number;
  /** Mean |predicted ÷ measured − 1|. */
  readonly mape: number;
  /** Shares of predictions within ±5 % and ±10 % of the measurement, ends included. */
  readonly within5: number;
  readonly within10: number;
  readonly rmseMs: number;
  /** Rank correlation; NaN for fewer than 2 rows or constant values. */
  readonly spearman: number;
}

export function latencyMetrics(predictedMs: ArrayLike<number>, measuredMs: ArrayLike<number>): LatencyMetrics {
  const errors = Array.from(measuredMs, (ms, i) => Math.abs(predictedMs[i]! / ms - 1));
  return {
    n: errors.length,
    mape: mean(errors),
    within5: shareWithin(errors, 0.05),
    within10: shareWithin(errors, 0.1),
    rmseMs: Math.sqrt(mean(Array.from(measuredMs, (ms, i) => (predictedMs[i]! - ms) ** 2))),
    spearman: spearman(predictedMs, measuredMs),
  };
}

/** The tolerance is for rounding: 1.05 ÷ 1 − 1 is above 0.05 in floating point. */
function shareWithin(errors: readonly number[], limit: number): number {
  return mean(errors.map((error) => (error <= limit + 1e-12 ? 1 : 0)));
}

/** Share of measurements inside their interval, ends included. */
export function intervalCoverage(
  intervals: readonly { readonly lowMs: number; readonly highMs: number }[],
  measuredMs: ArrayLike<number>,
): number {
  return mean(intervals.map(({ lowMs, highMs }, i) => (lowMs <= measuredMs[i]! && measuredMs[i]! <= highMs ? 1 : 0)));
}

/** Pearson correlation of the ranks; equal values share their mean rank. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length < 2) return Number.NaN;
  const [x, y] = [ranks(a), ranks(b)];
  const centre = (a.length - 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xy += (x[i]! - centre) * (y[i]! - centre);
    xx += (x[i]! - centre) ** 2;
    yy += (y[i]! - centre) ** 2;
  }
  return xy / Math.sqrt(xx * yy);
}

function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const out = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end + 1 < order.length && values[order[end + 1]!] === values[order[start]!]) end++;
    for (let k = start; k <= end; k++) out[order[k]!] = (start + end) / 2;
    start = end + 1;
  }
  return out;
}
