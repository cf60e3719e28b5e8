/**
 * Gaussian process for a few dozen to a few hundred residuals: basis·w + f(inputs) + noise. The weights w of each group of
 * basis columns have a normal prior whose deviation is fitted, f is Matérn 5/2 with one length per input, and the noise of
 * each row may be scaled. Hyper-parameters maximise likelihood × prior; outliers are then weighted down as under Student-t.
 * Differs from learning's Gaussian process: the mean has columns of its own with group-wise shrinkage, and it is in natural
 * log units, where the prior widths mean percent. That is what 10 measurements need. Rasmussen and Williams, ch. 2.7 and 5.
 */
import { cholesky, dot, inverseFromCholesky, minimise, solveCholesky, solveLower } from "../learning/index.js";
import { selectRows, type Table } from "./columns.js";
import { throwIfInterrupted } from "./session.js";

export interface ProcessRows {
  /** Standardised columns of the stationary part. */
  readonly inputs: Table;
  /** Columns of the linear part, without a constant. */
  readonly basis: Table;
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

export interface Process {
  /** Mean, and deviation of a new measurement (noise included), per row. */
  posterior(rows: ProcessRows): { mean: Float64Array; deviation: Float64Array };
  /** Leave-one-out: what each training row would have been predicted without it, hyper-parameters kept. */
  leaveOneOut(): { residual: Float64Array; deviation: Float64Array };
  readonly hyperparameters: Float64Array;
}

export interface ProcessOptions {
  readonly prior: ProcessPrior;
  /** Hyper-parameters of an earlier fit of the same form. */
  readonly start?: Float64Array;
  readonly iterations?: number;
  readonly signal?: AbortSignal;
}

/** Hyper-parameters are fitted on this many rows at most: cost ∝ rows³ per step. */
const fitRows = 220;
/** Deviation of the constant, in log units: the median is taken out before, so 2 is as good as none. */
const constantDeviation = 2;
const jitter = 1e-8;
/** Student-t degrees of freedom for the weights of outliers, and passes of reweighting. Choice. */
const freedom = 4;
const reweightings = 4;

/** What is expected before any measurement, in natural log units; each is taken to be right within a factor of e. */
export interface Expectation {
  /** Structure that the linear part does not explain. */
  readonly amplitude: number;
  readonly noise: number;
  /** Weight of a standardised basis column. */
  readonly slope: number;
}

/** Lengths: 2.5 deviations of a column, for all but the last `tiles` inputs, which start nearly flat (5). Choice. */
export function broadPrior(
  inputs: number,
  tiles: number,
  { groupCount }: ProcessForm,
  expected: Expectation,
): ProcessPrior {
  const lengths = Array.from({ length: inputs }, (_, i) => Math.log(i < inputs - tiles ? 2.5 : 5));
  const widths = Array.from({ length: inputs }, (_, i) => (i < inputs - tiles ? 1.2 : 0.8));
  const slopes = new Array<number>(groupCount).fill(Math.log(expected.slope));
  return {
    centre: Float64Array.from([...lengths, Math.log(expected.amplitude), Math.log(expected.noise), ...slopes]),
    width: Float64Array.from([...widths, 1, 1, ...slopes.map(() => 1)]),
  };
}

export function fitProcess(
  rows: ProcessRows,
  y: ArrayLike<number>,
  form: ProcessForm,
  options: ProcessOptions,
): Process {
  const { prior } = options;
  const targets = Float64Array.from(y);
  const part = rows.inputs.rows <= fitRows ? { rows, y: targets } : thin(rows, targets);
  const start = options.start ?? startingPoint(prior, part.y, part.rows.inputs.columns);
  const objective = (point: Float64Array) => negativeLogPosterior(part.rows, part.y, form, prior, point);
  const { point } = minimise(objective, start, options.iterations ?? 50, () => throwIfInterrupted(options.signal));
  return robustProcess(rows, targets, form, point);
}

/** Every k-th row: rows come in no order that matters. */
function thin(rows: ProcessRows, y: Float64Array): { rows: ProcessRows; y: Float64Array } {
  const kept = Array.from({ length: fitRows }, (_, i) => Math.floor((i * y.length) / fitRows));
  return {
    rows: { inputs: selectRows(rows.inputs, kept), basis: selectRows(rows.basis, kept) },
    y: Float64Array.from(kept, (i) => y[i]!),
  };
}

function startingPoint(prior: ProcessPrior, y: Float64Array, inputs: number): Float64Array {
  const start = Float64Array.from(prior.centre);
  let square = 0;
  for (const value of y) square += value * value;
  const deviation = Math.max(Math.sqrt(square / y.length), 1e-3);
  start[inputs] = Math.log(deviation / 1.5);
  start[inputs + 1] = Math.log(deviation / 3);
  return start;
}

interface Hyperparameters {
  readonly inverseLengths: Float64Array;
  readonly amplitude2: number;
  readonly noise2: number;
  /** Prior variance of each basis column's weight. */
  readonly slope2: Float64Array;
}

function unpack(point: Float64Array, inputs: number, { groups }: ProcessForm): Hyperparameters {
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
function covariance(a: ProcessRows, b: ProcessRows, h: Hyperparameters): Float64Array {
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

function negativeLogPosterior(
  rows: ProcessRows,
  y: Float64Array,
  form: ProcessForm,
  prior: ProcessPrior,
  point: Float64Array,
): { value: number; gradient: Float64Array } {
  const d = rows.inputs.columns;
  const n = y.length;
  const h = unpack(point, d, form);
  const k = covariance(rows, rows, h);
  for (let i = 0; i < n; i++) k[i * n + i]! += h.noise2 + jitter;
  const factor = cholesky(k, n);
  if (factor === undefined) return { value: Number.POSITIVE_INFINITY, gradient: new Float64Array(point.length) };
  const alpha = solveCholesky(factor, n, y);
  let value = 0.5 * dot(y, 0, alpha, 0, n);
  for (let i = 0; i < n; i++) value += Math.log(factor[i * n + i]!);
  const gradient = likelihoodGradient(rows, form, h, inverseFromCholesky(factor, n), alpha);
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
      if (i === j) gradient[d + 1]! += w * h.noise2;
      const pull = 0.5 * (5 / 3) * (1 + s) * decay;
      for (let k = 0; k < d; k++) gradient[k]! += pull * (x[i * d + k]! - x[j * d + k]!) ** 2;
      for (let k = 0; k < p; k++)
        gradient[d + 2 + groups[k]!]! += w * h.slope2[k]! * basis.values[i * p + k]! * basis.values[j * p + k]!;
    }
  return gradient;
}

/** Conditions on all rows; then scales up the noise of rows that even the others do not explain. */
function robustProcess(rows: ProcessRows, y: Float64Array, form: ProcessForm, point: Float64Array): Process {
  const h = unpack(point, rows.inputs.columns, form);
  const clean = covariance(rows, rows, h);
  let state = condition(clean, y, h.noise2, new Float64Array(y.length).fill(1));
  for (let pass = 0; pass < reweightings; pass++) {
    const { residual, deviation } = state.leaveOneOut();
    const scale = residual.map((e, i) => Math.max(1, (freedom + (e / deviation[i]!) ** 2) / (freedom + 1)));
    state = condition(clean, y, h.noise2, scale);
  }
  const { factor, alpha, leaveOneOut } = state;
  return {
    hyperparameters: point,
    leaveOneOut,
    posterior(wanted) {
      const n = y.length;
      const k = covariance(wanted, rows, h);
      const mean = new Float64Array(wanted.inputs.rows);
      const deviation = new Float64Array(wanted.inputs.rows);
      for (let i = 0; i < mean.length; i++) {
        mean[i] = dot(k, i * n, alpha, 0, n);
        const v = solveLower(factor, n, k.slice(i * n, i * n + n));
        const own = constantDeviation ** 2 + h.amplitude2 + ownSlope(wanted.basis, i, h.slope2);
        deviation[i] = Math.sqrt(Math.max(own - dot(v, 0, v, 0, n), 0) + h.noise2);
      }
      return { mean, deviation };
    },
  };
}

function ownSlope({ values, columns }: Table, row: number, slope2: Float64Array): number {
  let total = 0;
  for (let k = 0; k < columns; k++) total += slope2[k]! * values[row * columns + k]! ** 2;
  return total;
}

function condition(clean: Float64Array, y: Float64Array, noise2: number, scale: Float64Array) {
  const n = y.length;
  const k = Float64Array.from(clean);
  for (let i = 0; i < n; i++) k[i * n + i]! += noise2 * scale[i]! + jitter;
  let factor = cholesky(k, n);
  // Duplicate rows under a noise near 0: a jitter that is still far below any measurement's noise.
  for (let more = 1e-6; factor === undefined; more *= 10) {
    for (let i = 0; i < n; i++) k[i * n + i]! += more;
    factor = cholesky(k, n);
  }
  const alpha = solveCholesky(factor, n, y);
  const leaveOneOut = () => {
    const inverse = inverseFromCholesky(factor, n);
    const precision = Float64Array.from({ length: n }, (_, i) => inverse[i * n + i]!);
    return { residual: alpha.map((a, i) => a / precision[i]!), deviation: precision.map((q) => 1 / Math.sqrt(q)) };
  };
  return { factor, alpha, leaveOneOut };
}
