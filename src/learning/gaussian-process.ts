/**
 * Exact Gaussian-process regression for small samples: few measurements, calibrated uncertainty. Hyper-parameters maximise
 * the marginal likelihood on at most `fitRows` rows (cost ∝ rows³ per step); the posterior then uses all rows.
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
  return createGaussianProcess({ ...form, inputs: x.columns, kept, hyperparameters, sample, columns, target });
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
