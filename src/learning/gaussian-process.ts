/**
 * Exact Gaussian-process regression for small samples: few measurements, calibrated uncertainty. Hyper-parameters maximise
 * the marginal likelihood on at most `fitRows` rows (cost ∝ rows³ per step); the posterior then uses all rows.
 */
import { createRandom, LitepredError } from "../base/index.js";
import {
  type CovarianceName,
  createCovariance,
  crossCovariance,
  linearPart,
  packHyperparameters,
  unpackHyperparameters,
} from "./covariance.js";
import type { LearnerState, Matrix, StateArray, TrainedModel, TrainOptions } from "./learner.js";
import { cholesky, dot, solveCholesky, solveLower } from "./linear-algebra.js";
import {
  type GaussianSample,
  NOISE_FLOOR,
  negativeLogLikelihood,
  negativeLogPosterior,
  observedCovariance,
  priorOf,
} from "./marginal-likelihood.js";
import { minimise } from "./minimise.js";
import { fitStandardisation, requireTrainingSet, type Standardisation, standardise } from "./standardise.js";

export interface GaussianProcessOptions extends Partial<TrainOptions> {
  /** Default "matern52". One length scale per column. */
  readonly covariance?: CovarianceName;
  /** Mean function, default "linear" (weights with a fitted normal prior, on standardised columns). */
  readonly mean?: "linear" | "constant";
  /** Known noise variance of each row relative to the fitted one, default all 1; e.g. 1 / (number of repeats). */
  readonly noiseScale?: ArrayLike<number>;
  /** Steps of the optimiser, default 60. */
  readonly iterations?: number;
  /** Rows (drawn by the seed) on which hyper-parameters are fitted, default 300: about 2 s for 22 columns. */
  readonly fitRows?: number;
  /** Hyper-parameters to start from (`gaussianProcess.toState()` of a similar problem) instead of the prior's centre. */
  readonly start?: LearnerState;
}

export interface GaussianProcess extends TrainedModel {
  /** Mean and variance of the noise-free function per row, and the variance of the noise, in the target's unit. */
  posterior(x: Matrix): { mean: Float64Array; variance: Float64Array; noiseVariance: number };
  /** −ln p(y | x) of the standardised targets, all rows, at the fitted hyper-parameters. */
  negativeLogLikelihood(): number;
}

/** Synchronous. Deterministic for a seed (default 0). n ≤ 2,000 is practical. */
export function trainGaussianProcess(
  x: Matrix,
  y: ArrayLike<number>,
  options: GaussianProcessOptions = {},
): GaussianProcess {
  requireTrainingSet(x, y, options.noiseScale);
  const columns = fitStandardisation(x);
  const target = fitStandardisation({ rows: x.rows, columns: 1, values: Float64Array.from(y) });
  const sample: GaussianSample = {
    x: standardise(x, columns),
    y: Float64Array.from(y, (v) => (v - target.mean[0]!) / target.deviation[0]!),
    noiseScale: Float64Array.from(options.noiseScale ?? new Float64Array(x.rows).fill(1)),
    columns: x.columns,
  };
  const form = { name: options.covariance ?? "matern52", linear: (options.mean ?? "linear") === "linear" };
  const hyperparameters = fitHyperparameters(sample, form, options);
  return createGaussianProcess({ ...form, hyperparameters, sample, columns, target });
}

/** @throws LitepredError "corrupt-artefact" when the arrays do not fit together. */
export function loadGaussianProcess(state: LearnerState): GaussianProcess {
  const array = (name: string): Float64Array => {
    const found = state.arrays[name];
    if (found === undefined)
      throw new LitepredError("corrupt-artefact", `state of a Gaussian process without "${name}"`);
    return Float64Array.from(found.values);
  };
  const hyperparameters = array("hyperparameters");
  const columns = hyperparameters.length - 3;
  const sample = { x: array("x"), y: array("y"), noiseScale: array("noiseScale"), columns };
  const rows = sample.y.length;
  const alpha = array("alpha");
  if (
    columns < 0 ||
    rows === 0 ||
    sample.x.length !== rows * columns ||
    sample.noiseScale.length !== rows ||
    alpha.length !== rows
  )
    throw new LitepredError("corrupt-artefact", "state of a Gaussian process whose arrays differ in length");
  const name = state.settings.covariance;
  if (name !== "matern52" && name !== "rbf")
    throw new LitepredError("corrupt-artefact", `unknown covariance ${JSON.stringify(name)}`);
  return createGaussianProcess({
    name,
    linear: state.settings.mean === "linear",
    hyperparameters,
    sample,
    alpha,
    columns: { mean: array("mean"), deviation: array("deviation") },
    target: { mean: array("targetMean"), deviation: array("targetDeviation") },
  });
}

interface Fitted {
  readonly name: CovarianceName;
  readonly linear: boolean;
  /** Packed logarithms. */
  readonly hyperparameters: Float64Array;
  readonly sample: GaussianSample;
  readonly columns: Standardisation;
  readonly target: Standardisation;
  /** K⁻¹·y, where it is known already. */
  readonly alpha?: Float64Array;
}

function fitHyperparameters(
  sample: GaussianSample,
  form: { name: CovarianceName; linear: boolean },
  options: GaussianProcessOptions,
): Float64Array {
  const part = subset(sample, options.fitRows ?? 300, options.seed ?? 0);
  const iterations = options.iterations ?? 60;
  const given = options.start?.arrays.hyperparameters?.values;
  const start =
    given?.length === sample.columns + 3 ? Float64Array.from(given) : defaultHyperparameters(sample.columns);
  const result = minimise(
    (point) => negativeLogPosterior(part, form, point),
    start,
    iterations,
    (epoch, loss) => {
      if (options.signal?.aborted) throw new LitepredError("interrupted", "training was interrupted");
      options.onProgress?.({ epoch, epochs: iterations, loss });
    },
  );
  return result.point;
}

function defaultHyperparameters(columns: number): Float64Array {
  const centre = (index: number) => priorOf(index, columns).centre;
  return packHyperparameters({
    logSignal: centre(0),
    logNoise: centre(1),
    logSlope: centre(2),
    logLengths: new Float64Array(columns).fill(centre(3)),
  });
}

function subset(sample: GaussianSample, limit: number, seed: number): GaussianSample {
  const n = sample.y.length;
  if (n <= limit) return sample;
  const d = sample.columns;
  const rows = createRandom(seed)
    .shuffle(Array.from({ length: n }, (_, i) => i))
    .slice(0, limit);
  const x = new Float64Array(limit * d);
  rows.forEach((row, i) => {
    x.set(sample.x.subarray(row * d, row * d + d), i * d);
  });
  return {
    x,
    y: Float64Array.from(rows, (row) => sample.y[row]!),
    noiseScale: Float64Array.from(rows, (row) => sample.noiseScale[row]!),
    columns: d,
  };
}

function createGaussianProcess(fitted: Fitted): GaussianProcess {
  const { sample, columns, target } = fitted;
  const h = unpackHyperparameters(fitted.hyperparameters);
  const covariance = createCovariance(fitted.name, fitted.linear, h);
  const n = sample.y.length;
  // Loading a saved process for its mean alone must not cost the rows³ of the factor.
  let factored: Float64Array | undefined;
  const factor = () => {
    factored ??= cholesky(observedCovariance(sample, covariance, h.logNoise), n);
    if (factored !== undefined) return factored;
    throw new LitepredError("corrupt-artefact", "the covariance of a Gaussian process is not positive definite");
  };
  const alpha = fitted.alpha ?? solveCholesky(factor(), n, sample.y);
  const unit = target.deviation[0]!;

  const cross = (x: Matrix) => {
    const rows = standardise(x, columns);
    return { rows, k: crossCovariance(covariance, rows, sample.x) };
  };
  const meanOf = (k: Float64Array, i: number) => target.mean[0]! + unit * dot(k, i * n, alpha, 0, n);

  return {
    inputs: sample.columns,
    negativeLogLikelihood: () => negativeLogLikelihood(factor(), sample.y, alpha),
    async predict(x) {
      const { k } = cross(x);
      return Float64Array.from({ length: x.rows }, (_, i) => meanOf(k, i));
    },
    posterior(x) {
      const { rows, k } = cross(x);
      const d = sample.columns;
      const variance = Float64Array.from({ length: x.rows }, (_, i) => {
        const prior = covariance.signal + linearPart(covariance, rows, i * d, rows, i * d, d);
        const v = solveLower(factor(), n, k.slice(i * n, i * n + n));
        return unit * unit * Math.max(0, prior - dot(v, 0, v, 0, n));
      });
      const mean = Float64Array.from({ length: x.rows }, (_, i) => meanOf(k, i));
      return { mean, variance, noiseVariance: unit * unit * (Math.exp(h.logNoise) + NOISE_FLOOR) };
    },
    toState: () => stateOf(fitted, alpha),
    async release() {},
  };
}

function stateOf(
  { name, linear, hyperparameters, sample, columns, target }: Fitted,
  alpha: Float64Array,
): LearnerState {
  const vector = (values: Float64Array): StateArray => ({ shape: [values.length], values });
  return {
    learner: "gaussian-process",
    version: 1,
    settings: { covariance: name, mean: linear ? "linear" : "constant" },
    arrays: {
      hyperparameters: vector(hyperparameters),
      x: { shape: [sample.y.length, sample.columns], values: sample.x },
      y: vector(sample.y),
      alpha: vector(alpha),
      noiseScale: vector(sample.noiseScale),
      mean: vector(columns.mean),
      deviation: vector(columns.deviation),
      targetMean: vector(target.mean),
      targetDeviation: vector(target.deviation),
    },
  };
}
