import type { Random } from "../base/index.js";

/** Rows of one epoch in order, in batches of one size; the last is filled up with row 0 at weight 0. */
export interface EpochOrder {
  readonly steps: number;
  /** steps × batch row numbers. */
  readonly rows: Int32Array;
  /** steps × batch factors with which each row's loss enters its batch's mean: a full batch has mean 1, and so has the last. */
  readonly weights: Float32Array;
}

/** Each row once, shuffled. `rowWeights` must have mean 1. */
export function shuffledEpoch(
  count: number,
  batch: number,
  random: Random,
  rowWeights?: ArrayLike<number>,
): EpochOrder {
  const steps = Math.ceil(count / batch);
  const rows = new Int32Array(steps * batch);
  const weights = new Float32Array(steps * batch);
  for (let i = 0; i < count; i++) rows[i] = i;
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    const row = rows[i]!;
    rows[i] = rows[j]!;
    rows[j] = row;
  }
  const last = count - (steps - 1) * batch;
  for (let i = 0; i < count; i++) {
    const fill = i < (steps - 1) * batch ? 1 : batch / last;
    weights[i] = fill * (rowWeights?.[rows[i]!] ?? 1);
  }
  return { steps, rows, weights };
}

/** Copies rows of a row-major array in the given order. */
export function gatherRows(values: ArrayLike<number>, columns: number, rows: ArrayLike<number>): Float32Array {
  const out = new Float32Array(rows.length * columns);
  for (let i = 0, to = 0; i < rows.length; i++)
    for (let from = rows[i]! * columns, end = from + columns; from < end; from++) out[to++] = values[from]!;
  return out;
}
