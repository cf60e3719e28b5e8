/**
 * Covariance of the residual process, and −ln of likelihood × prior with its gradient. Rasmussen and Williams, ch. 2.7, eq. 5.9.
 */
import { cholesky, dot, inverseFromCholesky, solveCholesky } from "../../learning/index.js";
import type { Table } from "./columns.js";

export interface ProcessRows {
  /** Standardised columns of the stationary part. */
  readonly inputs: Table;
  /** Columns of the linear part, without a constant. */
  readonly basis: Table;
}

export interface ProcessSample {
  readonly rows: ProcessRows;
  readonly y: Float64Array;
  /** Noise variance of each row relative to the fitted one. */
  readonly noiseScale: Float64Array;
}

export interface ProcessForm {
  /** Group (0, 1, …) of each basis column. */
  readonly groups: readonly number[];
  readonly groupCount: number;
}

/** Normal priors on the natural logarithms of: one length per input, amplitude, noise, then one deviation per group. */
export interface ProcessPrior {
  readonly centre: Float64Array;
  readonly width: Float64Array;
}

/** Deviation of the constant, in log units: the median is taken out before, so 2 is as good as none. */
export const constantDeviation = 2;
export const jitter = 1e-8;

export interface Hyperparameters {
  readonly inverseLengths: Float64Array;
  readonly amplitude2: number;
  readonly noise2: number;
  /** Prior variance of each basis column's weight. */
  readonly slope2: Float64Array;
}

export function unpack(point: Float64Array, inputs: number, { groups }: ProcessForm): Hyperparameters {
  return {
    inverseLengths: point.slice(0, inputs).map((l) => Math.exp(-l)),
    amplitude2: Math.exp(2 * point[inputs]!),
    noise2: Math.exp(2 * point[inputs + 1]!),
    slope2: Float64Array.from(groups, (g) => Math.exp(2 * point[inputs + 2 + g]!)),
  };
}

function scaled(table: Table, factors: Float64Array): Float64Array {
  return table.values.map((value, i) => value * factors[i % table.columns]!);
}

function squaredDistance(a: Float64Array, i: number, b: Float64Array, j: number, d: number): number {
  let total = 0;
  for (let k = 0; k < d; k++) total += (a[i * d + k]! - b[j * d + k]!) ** 2;
  return total;
}

function matern(squared: number): number {
  const s = Math.sqrt(5 * squared);
  return (1 + s + (s * s) / 3) * Math.exp(-s);
}

/** Covariance of all rows of `a` with all of `b`, without noise. */
export function covariance(a: ProcessRows, b: ProcessRows, h: Hyperparameters): Float64Array {
  const [n, m, d, p] = [a.inputs.rows, b.inputs.rows, a.inputs.columns, a.basis.columns];
  const [xa, xb] = [scaled(a.inputs, h.inverseLengths), scaled(b.inputs, h.inverseLengths)];
  const weighted = scaled(a.basis, h.slope2);
  const out = new Float64Array(n * m);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++)
      out[i * m + j] =
        constantDeviation ** 2 +
        dot(weighted, i * p, b.basis.values, j * p, p) +
        h.amplitude2 * matern(squaredDistance(xa, i, xb, j, d));
  return out;
}

/** −ln of likelihood × prior, and its gradient by the packed logarithms. Infinity where the covariance is not positive definite. */
export function negativeLogPosterior(
  { rows, y, noiseScale }: ProcessSample,
  form: ProcessForm,
  prior: ProcessPrior,
  point: Float64Array,
): { value: number; gradient: Float64Array } {
  const d = rows.inputs.columns;
  const n = y.length;
  const h = unpack(point, d, form);
  const k = covariance(rows, rows, h);
  for (let i = 0; i < n; i++) k[i * n + i]! += h.noise2 * noiseScale[i]! + jitter;
  const factor = cholesky(k, n);
  if (factor === undefined) return { value: Number.POSITIVE_INFINITY, gradient: new Float64Array(point.length) };
  const alpha = solveCholesky(factor, n, y);
  let value = 0.5 * dot(y, 0, alpha, 0, n);
  for (let i = 0; i < n; i++) value += Math.log(factor[i * n + i]!);
  const gradient = likelihoodGradient(rows, noiseScale, form, h, inverseFromCholesky(factor, n), alpha);
  for (let i = 0; i < point.length; i++) {
    const z = (point[i]! - prior.centre[i]!) / prior.width[i]!;
    value += 0.5 * z * z;
    gradient[i]! += z / prior.width[i]!;
  }
  return { value, gradient };
}

/** ½ tr((K⁻¹ − ααᵀ) ∂K/∂θ); pairs are visited once, so off-diagonal terms count twice. */
function likelihoodGradient(
  { inputs, basis }: ProcessRows,
  noiseScale: Float64Array,
  { groups, groupCount }: ProcessForm,
  h: Hyperparameters,
  inverse: Float64Array,
  alpha: Float64Array,
): Float64Array {
  const [n, d, p] = [inputs.rows, inputs.columns, basis.columns];
  const x = scaled(inputs, h.inverseLengths);
  const gradient = new Float64Array(d + 2 + groupCount);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const w = (inverse[i * n + j]! - alpha[i]! * alpha[j]!) * (i === j ? 1 : 2);
      const squared = squaredDistance(x, i, x, j, d);
      const s = Math.sqrt(5 * squared);
      const decay = Math.exp(-s) * h.amplitude2 * w;
      gradient[d]! += (1 + s + (s * s) / 3) * decay;
      if (i === j) gradient[d + 1]! += w * h.noise2 * noiseScale[i]!;
      const pull = 0.5 * (5 / 3) * (1 + s) * decay;
      for (let k = 0; k < d; k++) gradient[k]! += pull * (x[i * d + k]! - x[j * d + k]!) ** 2;
      for (let k = 0; k < p; k++)
        gradient[d + 2 + groups[k]!]! += w * h.slope2[k]! * basis.values[i * p + k]! * basis.values[j * p + k]!;
    }
  return gradient;
}
