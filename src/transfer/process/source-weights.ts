/**
 * How much each source counts in the offset: by the inverse variance of ln(target ÷ source) over the measured configs,
 * after the constant ratio is taken out. Few measurements barely move the weights from equal.
 */
import { median, quantile } from "../../base/index.js";
import type { Table } from "./columns.js";

/** Measurements' worth of belief that all sources are alike. Choice. */
const prior = 3;
/** Relative spread below which a better source makes no difference. Choice: measurement noise. */
const floor = 0.01;

/** `logs`: rows × sources; `y`: ln ms of the target per row. Sum 1. */
export function sourceWeights(logs: Table, y: ArrayLike<number>): Float64Array {
  const spreads = sourceSpreads(logs, y);
  if (y.length < 2) return new Float64Array(logs.columns).fill(1 / logs.columns);
  const pooled = median(spreads);
  const precision = spreads.map(
    (s) => 1 / ((y.length * s * s + prior * pooled * pooled) / (y.length + prior) + floor * floor),
  );
  const total = precision.reduce((sum, p) => sum + p, 0);
  return precision.map((p) => p / total);
}

/** Half the central 68 % range of ln(target ÷ source), per source: the deviation, were it normal. */
export function sourceSpreads({ columns, values }: Table, y: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: columns }, (_, s) => {
    const ratios = Array.from(y, (v, i) => v - values[i * columns + s]!);
    return (quantile(ratios, 0.84) - quantile(ratios, 0.16)) / 2;
  });
}

/** Columns of the at most `limit` sources of least spread, in their own order. */
export function closestSources(logs: Table, y: ArrayLike<number>, limit: number): number[] {
  const spreads = sourceSpreads(logs, y);
  const order = Array.from({ length: logs.columns }, (_, s) => s).sort((a, b) => spreads[a]! - spreads[b]! || a - b);
  return order.slice(0, limit).sort((a, b) => a - b);
}
