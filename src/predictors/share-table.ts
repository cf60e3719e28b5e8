/** What a correction looks at: where a model spends its time, how much that is, what it does with memory. */
import type { PredictedKernel } from "./types.js";
import { type MemoryUse, memoryUse, shareInCache } from "./weights-in-cache.js";

/** The make-up of models: share of the time in each of some kernel types, one model after the other, and ln of the sums in ms. */
export interface ShareTable {
  readonly types: readonly string[];
  readonly shares: Float64Array;
  readonly logSums: Float64Array;
  /** Of each model; needed where the correction has `weights`. */
  readonly memory: readonly MemoryUse[];
}

export interface Shares {
  readonly byType: ReadonlyMap<string, number>;
  readonly logSum: number;
  readonly memory: MemoryUse;
}

export function shares(kernels: readonly PredictedKernel[], msPerByte: number | undefined): Shares {
  const total = sumMs(kernels);
  const byType = new Map<string, number>();
  for (const { type, latencyMs } of kernels) byType.set(type, (byType.get(type) ?? 0) + latencyMs / total);
  return { byType, logSum: Math.log(total), memory: memoryUse(kernels, msPerByte) };
}

export function sumMs(kernels: readonly PredictedKernel[]): number {
  let total = 0;
  for (const kernel of kernels) total += kernel.latencyMs;
  return total;
}

/** Share of a model's time that its weights take from memory where they could come from a cache. */
export const cachedShare = ({ weightsMs, weightBytes }: MemoryUse, logSum: number, halfAtBytes: number): number =>
  (weightsMs / Math.exp(logSum)) * shareInCache(weightBytes, halfAtBytes);

export const tableOf = ({ byType, logSum, memory }: Shares): ShareTable => ({
  types: [...byType.keys()],
  shares: Float64Array.from(byType.values()),
  logSums: Float64Array.of(logSum),
  memory: [memory],
});

/** The shares of these types, then ln sum: what the process looks at. */
export function columnsOf({ types, shares, logSums }: ShareTable, wanted: readonly string[]) {
  const columns = wanted.length + 1;
  const values = new Float64Array(logSums.length * columns);
  const places = wanted.map((type) => types.indexOf(type));
  for (const [i, logSum] of logSums.entries()) {
    for (const [j, place] of places.entries())
      if (place >= 0) values[i * columns + j] = shares[i * types.length + place]!;
    values[(i + 1) * columns - 1] = logSum;
  }
  return { rows: logSums.length, columns, values };
}

export function processInputs(rows: readonly Shares[], types: readonly string[]) {
  const values = rows.flatMap(({ byType, logSum }) => [...types.map((type) => byType.get(type) ?? 0), logSum]);
  return { rows: rows.length, columns: types.length + 1, values: Float64Array.from(values) };
}
