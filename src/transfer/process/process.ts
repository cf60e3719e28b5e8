/**
 * Gaussian process for a few dozen to a few hundred residuals: basis·w + f(inputs) + noise. The weights w of each group of
 * basis columns have a normal prior whose deviation is fitted, f is Matérn 5/2 with one length per input, and the noise of
 * each row may be scaled. Hyper-parameters maximise likelihood × prior; outliers are then weighted down as under Student-t.
 * Differs from learning's Gaussian process: the mean has columns of its own with group-wise shrinkage, and it is in natural
 * log units, where the prior widths mean percent. That is what 10 measurements need. Rasmussen and Williams, ch. 2.7 and 5.
 */
import { cholesky, dot, inverseFromCholesky, minimise, solveCholesky, solveLower } from "../../learning/index.js";
import { throwIfInterrupted } from "../choosing/record.js";
import { selectRows, type Table } from "./columns.js";
import {
  constantDeviation,
  covariance,
  type Hyperparameters,
  jitter,
  negativeLogPosterior,
  type ProcessForm,
  type ProcessPrior,
  type ProcessRows,
  type ProcessSample,
  unpack,
} from "./process-likelihood.js";

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

/** Steps of the optimiser from the prior's centre, and from an earlier fit. */
const coldIterations = 40;
const warmIterations = 20;
/** Hyper-parameters are fitted on this many rows at most: cost ∝ rows³ per step. */
const fitRows = 200;
/** Student-t degrees of freedom for the weights of outliers, and passes of reweighting. Choice. */
const freedom = 4;
const reweightings = 4;
/** A row of so much more noise than the others (beyond 4 deviations) spoils the hyper-parameters. Choice. */
const outlierScale = 4;
const refits = 2;

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
  const { prior, iterations = options.start ? warmIterations : coldIterations } = options;
  const targets = Float64Array.from(y);
  let noiseScale: Float64Array = new Float64Array(targets.length).fill(1);
  let start = options.start;
  for (let refit = 0; ; refit++) {
    const part = thin({ rows, y: targets, noiseScale });
    start ??= startingPoint(prior, part.y, rows.inputs.columns);
    const objective = (point: Float64Array) => negativeLogPosterior(part, form, prior, point);
    const { point } = minimise(objective, start, iterations, () => throwIfInterrupted(options.signal));
    const h = unpack(point, rows.inputs.columns, form);
    const state = reweight(covariance(rows, rows, h), targets, h.noise2);
    // Outliers have bent the hyper-parameters too: once more without their weight.
    if (refit === refits || !state.noiseScale.some((scale) => scale > outlierScale))
      return createProcess(rows, targets, h, point, state);
    ({ noiseScale } = state);
    start = point;
  }
}

/** Every k-th row, at most `fitRows`: rows come in no order that matters. */
function thin(sample: ProcessSample): ProcessSample {
  const { rows, y, noiseScale } = sample;
  if (y.length <= fitRows) return sample;
  const kept = Array.from({ length: fitRows }, (_, i) => Math.floor((i * y.length) / fitRows));
  return {
    rows: { inputs: selectRows(rows.inputs, kept), basis: selectRows(rows.basis, kept) },
    y: Float64Array.from(kept, (i) => y[i]!),
    noiseScale: Float64Array.from(kept, (i) => noiseScale[i]!),
  };
}

/** Where the search for hyper-parameters begins. Its divisors are choices: only a start, which the search leaves. */
function startingPoint(prior: ProcessPrior, y: Float64Array, inputs: number): Float64Array {
  const start = Float64Array.from(prior.centre);
  let square = 0;
  for (const value of y) square += value * value;
  const deviation = Math.max(Math.sqrt(square / y.length), 1e-3);
  start[inputs] = Math.log(deviation / 1.5);
  start[inputs + 1] = Math.log(deviation / 3);
  return start;
}

/** Scales up the noise of rows that the others do not explain even with their own noise, until that settles. */
function reweight(clean: Float64Array, y: Float64Array, noise2: number): Conditioned {
  let state = condition(clean, y, noise2, new Float64Array(y.length).fill(1));
  for (let pass = 0; pass < reweightings; pass++) {
    const { residual, deviation } = state.leaveOneOut();
    const scale = residual.map((e, i) => {
      const plain = Math.max(deviation[i]! ** 2 - noise2 * (state.noiseScale[i]! - 1), noise2);
      return Math.max(1, (freedom + (e * e) / plain) / (freedom + 1));
    });
    state = condition(clean, y, noise2, scale);
  }
  return state;
}

function createProcess(
  rows: ProcessRows,
  y: Float64Array,
  h: Hyperparameters,
  point: Float64Array,
  { factor, alpha, leaveOneOut }: Conditioned,
): Process {
  const n = y.length;
  return {
    hyperparameters: point,
    leaveOneOut,
    posterior(wanted) {
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

interface Conditioned {
  readonly factor: Float64Array;
  readonly alpha: Float64Array;
  readonly noiseScale: Float64Array;
  leaveOneOut(): { residual: Float64Array; deviation: Float64Array };
}

function condition(clean: Float64Array, y: Float64Array, noise2: number, noiseScale: Float64Array): Conditioned {
  const n = y.length;
  const k = Float64Array.from(clean);
  for (let i = 0; i < n; i++) k[i * n + i]! += noise2 * noiseScale[i]! + jitter;
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
  return { factor, alpha, noiseScale, leaveOneOut };
}
