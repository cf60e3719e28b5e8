/** How good predictions are, by name. All take positive, index-aligned latencies in ms; NaN on empty input. */
import { type Accuracy, accuracyOf, mean } from "../base/index.js";

export interface LatencyMetrics extends Accuracy {
  /** Rank correlations; NaN for fewer than 2 rows or constant values. */
  readonly spearman: number;
  readonly kendall: number;
}

export function latencyMetrics(predictedMs: ArrayLike<number>, measuredMs: ArrayLike<number>): LatencyMetrics {
  return {
    ...accuracyOf(predictedMs, measuredMs),
    spearman: spearman(predictedMs, measuredMs),
    kendall: kendall(predictedMs, measuredMs),
  };
}

/** Share of measurements inside their interval, ends included. */
export function intervalCoverage(
  intervals: readonly { readonly lowMs: number; readonly highMs: number }[],
  measuredMs: ArrayLike<number>,
): number {
  return mean(intervals.map(({ lowMs, highMs }, i) => (lowMs <= measuredMs[i]! && measuredMs[i]! <= highMs ? 1 : 0)));
}

/** How wide intervals are beside their middle, in the mean: 0.2 is ±10 %. */
export const intervalWidth = (intervals: readonly { readonly lowMs: number; readonly highMs: number }[]): number =>
  mean(intervals.map(({ lowMs, highMs }) => (2 * (highMs - lowMs)) / (highMs + lowMs)));

/**
 * Kendall's tau-b: pairs in the same order less those in the other, with ties taken out of both sides. By sorting and counting
 * exchanges (Knight, 1966), so that ten thousand rows take no time.
 */
export function kendall(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length;
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[i]! - a[j]! || b[i]! - b[j]!);
  const [x, y] = [order.map((i) => a[i]!), order.map((i) => b[i]!)];
  const pairs = (n * (n - 1)) / 2;
  const tiedX = tiedPairs(x, (i, j) => x[i] === x[j]);
  const tiedBoth = tiedPairs(x, (i, j) => x[i] === x[j] && y[i] === y[j]);
  const exchanges = countExchanges(y);
  const tiedY = tiedPairs(y, (i, j) => y[i] === y[j]);
  const agreeing = pairs - tiedX - tiedY + tiedBoth - 2 * exchanges;
  return agreeing / Math.sqrt((pairs - tiedX) * (pairs - tiedY));
}

/** Pairs among runs of neighbours that are alike. */
function tiedPairs(sorted: readonly number[], alike: (i: number, j: number) => boolean): number {
  let [total, run] = [0, 0];
  for (let i = 1; i < sorted.length; i++) {
    run = alike(i - 1, i) ? run + 1 : 0;
    total += run;
  }
  return total;
}

/** Sorts `values` in place by merging; how many pairs were out of order. */
function countExchanges(values: number[]): number {
  let exchanges = 0;
  const other = [...values];
  for (let width = 1; width < values.length; width *= 2) {
    for (let start = 0; start < values.length; start += 2 * width) exchanges += mergeRuns(values, other, start, width);
    values.splice(0, values.length, ...other);
  }
  return exchanges;
}

/** Merges two sorted runs into `into`; pairs whose second was taken before its first. */
function mergeRuns(from: readonly number[], into: number[], start: number, width: number): number {
  const middle = Math.min(start + width, from.length);
  const end = Math.min(start + 2 * width, from.length);
  let [left, right, exchanges] = [start, middle, 0];
  for (let to = start; to < end; to++) {
    const takesRight = left >= middle || (right < end && from[right]! < from[left]!);
    if (takesRight) exchanges += middle - left;
    into[to] = takesRight ? from[right++]! : from[left++]!;
  }
  return exchanges;
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
