/**
 * Exact Gaussian-process regression for small samples: few measurements, calibrated uncertainty. Hyper-parameters maximise
 * the marginal likelihood on at most `fitRows` rows (cost ∝ rows³ per step); the posterior then uses all rows, but for very many.
 */
import { createRandom, LitepredError } from "../base/index.js";
import { type CovarianceName, packHyperparameters } from "./covariance.js";
import { createGaussianProcess, type GaussianProcess } from "./gaussian-model.js";
import type { LearnerState, Matrix, TrainOptions } from "./learner.js";
import { type GaussianSample, negativeLogPosterior, priorOf } from "./marginal-likelihood.js";
import { minimise } from "./minimise.js";
import { fitStandardisation, requireTrainingSet, selectColumns, standardise, varyingColumns } from "./standardise.js";

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

/** Rows of the posterior: 2,400 take twice as long and err as much on the convolutions of 26 exported models (6.0 and 6.2 % of their time). */
const mostRows = 1500;

/**
 * Steps of the optimiser that gain less than this share of the log likelihood end it: with 1e-7 the predictors of a platform take half as
 * long again (55 against 39 s), and networks left out of the correction err by as much (3.93 and 3.93 % of their time).
 */
const leastGain = 1e-4;

/** Columns that do not vary are left out. Synchronous. Deterministic for a seed (default 0). n ≤ 2,000 is practical. */
export function trainGaussianProcess(
  x: Matrix,
  y: ArrayLike<number>,
  options: GaussianProcessOptions = {},
): GaussianProcess {
  requireTrainingSet(x, y, options.noiseScale);
  const kept = varyingColumns(x);
  const own = selectColumns(x, kept);
  const columns = fitStandardisation(own);
  const target = fitStandardisation({ rows: x.rows, columns: 1, values: Float64Array.from(y) });
  const sample: GaussianSample = {
    x: standardise(own, columns),
    y: Float64Array.from(y, (v) => (v - target.mean[0]!) / target.deviation[0]!),
    noiseScale: Float64Array.from(options.noiseScale ?? new Float64Array(x.rows).fill(1)),
    columns: kept.length,
  };
  const form = { name: options.covariance ?? "matern52", linear: (options.mean ?? "linear") === "linear" };
  const hyperparameters = fitHyperparameters(sample, form, options);
  return createGaussianProcess({
    ...form,
    inputs: x.columns,
    kept,
    hyperparameters,
    sample: subset(sample, mostRows, options.seed ?? 0),
    columns,
    target,
  });
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
    leastGain,
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

/**
 * Half of the rows at random, for the noise; half as far from each other as they can be, so that kinds of which there are few show
 * what the target depends on there: with random rows alone the convolutions of those models err by 10.1 %.
 */
function subset(sample: GaussianSample, limit: number, seed: number): GaussianSample {
  const n = sample.y.length;
  if (n <= limit) return sample;
  const d = sample.columns;
  const shuffled = createRandom(seed).shuffle(Array.from({ length: n }, (_, i) => i));
  const rows = spread(sample.x, d, shuffled.slice(0, Math.ceil(limit / 2)), limit);
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

/** The rows, and further ones until there are `count`: each is the one farthest from all before. */
function spread(x: Float64Array, columns: number, rows: readonly number[], count: number): number[] {
  const chosen = [...rows];
  const distance = new Float64Array(x.length / columns).fill(Number.POSITIVE_INFINITY);
  const near = (to: number) => {
    for (let i = 0; i < distance.length; i++) {
      let squares = 0;
      for (let c = 0; c < columns; c++) squares += (x[i * columns + c]! - x[to * columns + c]!) ** 2;
      if (squares < distance[i]!) distance[i] = squares;
    }
  };
  for (const row of chosen) near(row);
  while (chosen.length < count) {
    const farthest = distance.reduce((best, value, i) => (value > distance[best]! ? i : best), 0);
    chosen.push(farthest);
    near(farthest);
  }
  return chosen;
}
