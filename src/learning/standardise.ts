import { LitepredError } from "../base/index.js";
import type { Matrix } from "./learner.js";

/** Column-wise shift and scale: z = (x − mean) / deviation. */
export interface Standardisation {
  readonly mean: Float64Array;
  /** 1 for constant columns: they stay 0 after the shift, and a new value there is not blown up. */
  readonly deviation: Float64Array;
}

export function fitStandardisation({ rows, columns, values }: Matrix): Standardisation {
  const mean = new Float64Array(columns);
  const deviation = new Float64Array(columns).fill(1);
  for (let i = 0; i < values.length; i++) mean[i % columns]! += values[i]! / rows;
  const squares = new Float64Array(columns);
  for (let i = 0; i < values.length; i++) squares[i % columns]! += (values[i]! - mean[i % columns]!) ** 2;
  for (let j = 0; j < columns; j++) {
    const spread = Math.sqrt(squares[j]! / rows);
    // A spread at the rounding error of the values is a constant column.
    if (spread > 1e-9 * (1 + Math.abs(mean[j]!))) deviation[j] = spread;
  }
  return { mean, deviation };
}

export function identityStandardisation(columns: number): Standardisation {
  return { mean: new Float64Array(columns), deviation: new Float64Array(columns).fill(1) };
}

/** Numbers of the columns that take more than one value; the first one if none does. */
export function varyingColumns({ columns, values }: Matrix): Int32Array {
  const varies = Array.from({ length: columns }, () => false);
  for (let i = columns; i < values.length; i++) if (values[i] !== values[i - columns]) varies[i % columns] = true;
  const kept = Int32Array.from(varies.keys()).filter((j) => varies[j]);
  return kept.length > 0 ? kept : Int32Array.of(0);
}

export function selectColumns({ rows, columns, values }: Matrix, kept: Int32Array): Matrix {
  const out = new Float64Array(rows * kept.length);
  for (let i = 0, to = 0; i < rows; i++) for (const j of kept) out[to++] = values[i * columns + j]!;
  return { rows, columns: kept.length, values: out };
}

/** Row-major, in double precision; the input is left alone. */
export function standardise(x: Matrix, { mean, deviation }: Standardisation): Float64Array {
  requireColumns(x, mean.length);
  const out = new Float64Array(x.values.length);
  for (let i = 0, j = 0; i < out.length; i++) {
    out[i] = (x.values[i]! - mean[j]!) / deviation[j]!;
    if (++j === mean.length) j = 0;
  }
  return out;
}

/** @throws LitepredError "invalid-table" when the matrix has another width, or rows × columns is not its size. */
export function requireColumns({ rows, columns, values }: Matrix, expected: number): void {
  if (columns !== expected)
    throw new LitepredError("invalid-table", `the model takes ${expected} columns, ${columns} were given`);
  if (rows * columns !== values.length)
    throw new LitepredError("invalid-table", `${values.length} values do not make ${rows} rows of ${columns} columns`);
}

/** @throws LitepredError "no-data" or "invalid-table" when the set is empty, of unequal lengths, or not finite. */
export function requireTrainingSet(x: Matrix, y: ArrayLike<number>, weights?: ArrayLike<number>): void {
  requireColumns(x, x.columns);
  if (x.rows === 0) throw new LitepredError("no-data", "there is nothing to train on: 0 rows");
  if (y.length !== x.rows) throw new LitepredError("invalid-table", `${x.rows} rows but ${y.length} targets`);
  if (weights !== undefined && weights.length !== x.rows)
    throw new LitepredError("invalid-table", `${x.rows} rows but ${weights.length} weights`);
  requireFinite(x.values, (i) => `row ${Math.floor(i / x.columns)}, column ${i % x.columns}`);
  requireFinite(y, (i) => `the target of row ${i}`);
  if (weights === undefined) return;
  requireFinite(weights, (i) => `the weight of row ${i}`);
  for (let i = 0; i < weights.length; i++)
    if (weights[i]! < 0) throw new LitepredError("invalid-table", `the weight of row ${i} is ${weights[i]}`);
}

function requireFinite(values: ArrayLike<number>, place: (index: number) => string): void {
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i])) throw new LitepredError("invalid-table", `${place(i)} is ${values[i]}`);
}

/** Weights in the same ratios with mean 1. @throws LitepredError "no-data" when all are 0. */
export function toMeanOne(weights: ArrayLike<number>): Float64Array {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i]!;
  if (!(total > 0)) throw new LitepredError("no-data", "there is nothing to train on: every row has weight 0");
  return Float64Array.from(weights, (w) => (w * weights.length) / total);
}

/** @throws LitepredError "invalid-table" naming the first row whose target is not positive. */
export function requirePositive(y: ArrayLike<number>): void {
  for (let i = 0; i < y.length; i++)
    if (!(y[i]! > 0))
      throw new LitepredError("invalid-table", `the target of row ${i} is ${y[i]}, it must be positive`);
}
