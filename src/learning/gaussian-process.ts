import type { LearnerState, Matrix, TrainedModel, TrainOptions } from "./learner.js";

export interface GaussianProcessOptions extends Partial<TrainOptions> {
  /** Covariance; default "matern52". One length scale per column. */
  readonly covariance?: "matern52" | "rbf";
  /** Mean function, default "linear" (ridge-regularised weights on standardised columns); "zero" after centring y. */
  readonly mean?: "linear" | "constant";
  /** Known variance of the noise of each row relative to the fitted noise, default all 1. */
  readonly noiseScale?: ArrayLike<number>;
  /** Steps of the optimiser of the marginal likelihood, default 60. */
  readonly iterations?: number;
}

export interface GaussianProcess extends TrainedModel {
  /** Mean and variance (of the noise-free function, and the fitted noise variance apart) per row. Synchronous. */
  posterior(x: Matrix): { mean: Float64Array; variance: Float64Array; noiseVariance: number };
  /** −ln p(y | x) at the fitted hyper-parameters. */
  readonly negativeLogLikelihood: number;
}

/** Exact Gaussian process; hyper-parameters by maximum marginal likelihood. Synchronous; n ≤ 2,000. */
export function trainGaussianProcess(
  _x: Matrix,
  _y: ArrayLike<number>,
  _options: GaussianProcessOptions = {},
): GaussianProcess {
  throw new Error("internal: not built yet");
}

export function loadGaussianProcess(_state: LearnerState): GaussianProcess {
  throw new Error("internal: not built yet");
}
