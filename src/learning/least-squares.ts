/** Closed-form linear fits: non-negative least squares (rooflines) and ridge regression, by normal equations. */

import type { Matrix } from "./learner.js";
import { cholesky, solveCholesky } from "./linear-algebra.js";
import { requireTrainingSet } from "./standardise.js";

interface NormalEquations {
  /** XᵀWX, columns scaled to unit length. */
  readonly gram: Float64Array;
  readonly right: Float64Array;
  readonly scale: Float64Array;
}

/**
 * min Σ wᵢ (xᵢ·c − yᵢ)² over c ≥ 0; one coefficient per column, `weights` default 1. Columns may be of any magnitude.
 * Lawson and Hanson's active-set method (Solving Least Squares Problems, 1974, ch. 23).
 */
export function nonNegativeLeastSquares(x: Matrix, y: ArrayLike<number>, weights?: ArrayLike<number>): Float64Array {
  requireTrainingSet(x, y, weights);
  const n = x.columns;
  const { gram, right, scale } = normalEquations(x, y, weights);
  let solution: Float64Array = new Float64Array(n);
  const free = new Set<number>();
  for (let round = 0; round < 3 * n + 10; round++) {
    const entering = steepest(gram, right, solution, free);
    if (entering === undefined) break;
    free.add(entering);
    solution = settle(gram, right, solution, free);
  }
  return solution.map((c, j) => c / scale[j]!);
}

/** The column outside `free` whose coefficient most wants to grow. */
function steepest(gram: Float64Array, right: Float64Array, c: Float64Array, free: Set<number>): number | undefined {
  const n = c.length;
  let best: number | undefined;
  let most = 1e-10 * Math.max(...right.map(Math.abs));
  for (let j = 0; j < n; j++) {
    if (free.has(j)) continue;
    let gradient = right[j]!;
    for (let k = 0; k < n; k++) gradient -= gram[j * n + k]! * c[k]!;
    if (gradient > most) [best, most] = [j, gradient];
  }
  return best;
}

/** Unconstrained fit on the free columns, giving up those that turn negative on the way there. */
function settle(gram: Float64Array, right: Float64Array, from: Float64Array, free: Set<number>): Float64Array {
  let current = from;
  for (;;) {
    const target = solveOn(gram, right, [...free], from.length);
    let share = 1;
    for (const j of free) if (target[j]! <= 0) share = Math.min(share, current[j]! / (current[j]! - target[j]!));
    current = current.map((c, j) => c + share * (target[j]! - c));
    if (share === 1) return target;
    for (const j of free) {
      if (target[j]! > 0 || current[j]! > 1e-14) continue;
      free.delete(j);
      current[j] = 0;
    }
  }
}

function solveOn(gram: Float64Array, right: Float64Array, columns: readonly number[], n: number): Float64Array {
  const m = columns.length;
  const part = new Float64Array(m * m);
  columns.forEach((i, row) => {
    columns.forEach((j, column) => {
      // The tiny ridge keeps exactly collinear columns solvable.
      part[row * m + column] = gram[i * n + j]! + (i === j ? 1e-12 : 0);
    });
  });
  const factor = cholesky(part, m);
  const out = new Float64Array(n);
  if (factor === undefined) return out;
  const solved = solveCholesky(
    factor,
    m,
    columns.map((j) => right[j]!),
  );
  columns.forEach((j, k) => {
    out[j] = solved[k]!;
  });
  return out;
}

function normalEquations(x: Matrix, y: ArrayLike<number>, weights?: ArrayLike<number>): NormalEquations {
  const n = x.columns;
  const scale = new Float64Array(n);
  for (let i = 0; i < x.values.length; i++)
    scale[i % n]! += (weights?.[Math.floor(i / n)] ?? 1) * x.values[i]! * x.values[i]!;
  for (let j = 0; j < n; j++) scale[j] = Math.sqrt(scale[j]!) || 1;
  const gram = new Float64Array(n * n);
  const right = new Float64Array(n);
  for (let i = 0; i < x.rows; i++) {
    const weight = weights?.[i] ?? 1;
    const row = Float64Array.from({ length: n }, (_, j) => x.values[i * n + j]! / scale[j]!);
    for (let j = 0; j < n; j++) {
      right[j]! += weight * row[j]! * y[i]!;
      const scaled = weight * row[j]!;
      for (let k = 0; k <= j; k++) gram[j * n + k]! += scaled * row[k]!;
    }
  }
  for (let j = 0; j < n; j++) for (let k = 0; k < j; k++) gram[k * n + j] = gram[j * n + k]!;
  return { gram, right, scale };
}

export interface RidgeOptions {
  /** ≥ 0, default 0, in units of (target / coefficient)². */
  readonly penalty?: number;
  readonly weights?: ArrayLike<number>;
  /** Default true; it is never penalised. */
  readonly intercept?: boolean;
  /** Shrink the coefficients towards these instead of 0. */
  readonly prior?: ArrayLike<number>;
}

export interface RidgeFit {
  readonly intercept: number;
  readonly coefficients: Float64Array;
}

/** min Σ wᵢ (a + xᵢ·c − yᵢ)² + penalty · Σ (cⱼ − priorⱼ)². Collinear columns share their weight. */
export function ridgeRegression(x: Matrix, y: ArrayLike<number>, options: RidgeOptions = {}): RidgeFit {
  const { penalty = 0, weights, intercept = true, prior } = options;
  requireTrainingSet(x, y, weights);
  const n = x.columns;
  const centre = intercept ? weightedMeans(x, weights) : new Float64Array(n);
  const level = intercept ? weightedMeans({ rows: x.rows, columns: 1, values: Float64Array.from(y) }, weights)[0]! : 0;
  const centred = { ...x, values: Float64Array.from(x.values, (v, i) => v - centre[i % n]!) };
  const residual = Float64Array.from(y, (v, i) => {
    let out = v - level;
    for (let j = 0; j < n; j++) out -= centred.values[i * n + j]! * (prior?.[j] ?? 0);
    return out;
  });
  const { gram, right, scale } = normalEquations(centred, residual, weights);
  for (let j = 0; j < n; j++) gram[j * n + j]! += penalty / scale[j]! ** 2;
  const all = Array.from({ length: n }, (_, j) => j);
  const coefficients = solveOn(gram, right, all, n).map((c, j) => c / scale[j]! + (prior?.[j] ?? 0));
  let offset = level;
  for (let j = 0; j < n; j++) offset -= centre[j]! * coefficients[j]!;
  return { intercept: intercept ? offset : 0, coefficients };
}

function weightedMeans(x: Matrix, weights?: ArrayLike<number>): Float64Array {
  const means = new Float64Array(x.columns);
  let total = 0;
  for (let i = 0; i < x.rows; i++) {
    const weight = weights?.[i] ?? 1;
    total += weight;
    for (let j = 0; j < x.columns; j++) means[j]! += weight * x.values[i * x.columns + j]!;
  }
  return means.map((m) => m / (total || 1));
}

/** y ≈ a + b·x by least squares, as a function; b is 0 where x does not vary. */
export function leastSquaresLine(x: ArrayLike<number>, y: ArrayLike<number>): (x: number) => number {
  const n = x.length;
  let [meanX, meanY] = [0, 0];
  for (let i = 0; i < n; i++) {
    meanX += x[i]! / n;
    meanY += y[i]! / n;
  }
  let [xy, xx] = [0, 0];
  for (let i = 0; i < n; i++) {
    xy += (x[i]! - meanX) * (y[i]! - meanY);
    xx += (x[i]! - meanX) ** 2;
  }
  const slope = xx > 0 ? xy / xx : 0;
  return (value) => meanY + slope * (value - meanX);
}
