/** How good predictions are, by name. All take positive, index-aligned latencies in ms; NaN on empty input. */
import { type Accuracy, accuracyOf, mean } from "../base/index.js";

export interface LatencyMetrics extends Accuracy {
  /** Rank correlation; NaN for fewer than 2 rows or constant values. */
  readonly spearman: number;
}

export function latencyMetrics(predictedMs: ArrayLike<number>, measuredMs: ArrayLike<number>): LatencyMetrics {
  return { ...accuracyOf(predictedMs, measuredMs), spearman: spearman(predictedMs, measuredMs) };
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
