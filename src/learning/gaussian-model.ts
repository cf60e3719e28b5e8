/** A fitted Gaussian process: prediction, and its state. */
import { LitepredError } from "../base/index.js";
import {
  type CovarianceName,
  covarianceRows,
  createCovariance,
  linearPart,
  stationaryRow,
  unpackHyperparameters,
} from "./covariance.js";
import type { LearnerState, Matrix, StateArray, TrainedModel } from "./learner.js";
import { cholesky, dot, solveCholesky, solveLower } from "./linear-algebra.js";
import { type GaussianSample, NOISE_FLOOR, negativeLogLikelihood, observedCovariance } from "./marginal-likelihood.js";
import { requireColumns, type Standardisation, selectColumns, standardise } from "./standardise.js";

export interface GaussianProcess extends TrainedModel {
  /** What `predict` answers, at once. */
  mean(x: Matrix): Float64Array;
  /** Mean and variance of the noise-free function per row, and the variance of the noise, in the target's unit. */
  posterior(x: Matrix): { mean: Float64Array; variance: Float64Array; noiseVariance: number };
  /** −ln p(y | x) of the standardised targets, all rows, at the fitted hyper-parameters. */
  negativeLogLikelihood(): number;
}

export interface GaussianContent {
  /** Columns of what it is asked about, and which of them it looks at. */
  readonly inputs: number;
  readonly kept: Int32Array;
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

export function createGaussianProcess(content: GaussianContent): GaussianProcess {
  const { inputs, kept, sample, columns, target } = content;
  const h = unpackHyperparameters(content.hyperparameters);
  const covariance = createCovariance(content.name, content.linear, h);
  const n = sample.y.length;
  const d = sample.columns;
  const known = covarianceRows(covariance, sample.x);
  // Loading a saved process for its mean alone must not cost the rows³ of the factor.
  let factored: Float64Array | undefined;
  const factor = () => {
    factored ??= cholesky(observedCovariance(sample, covariance, h.logNoise), n);
    if (factored !== undefined) return factored;
    throw new LitepredError("corrupt-artefact", "the covariance of a Gaussian process is not positive definite");
  };
  const alpha = content.alpha ?? solveCholesky(factor(), n, sample.y);
  const unit = target.deviation[0]!;

  /** Calls `visit` with each row's covariances with the known rows (the array is reused). */
  const visitRows = (x: Matrix, visit: (i: number, k: Float64Array, rows: Float64Array) => void): void => {
    requireColumns(x, inputs);
    const asked = covarianceRows(covariance, standardise(selectColumns(x, kept), columns));
    const k = new Float64Array(n);
    for (let i = 0; i < x.rows; i++) {
      stationaryRow(covariance, asked, i, known, k);
      for (let j = 0; j < n; j++) k[j] = k[j]! + linearPart(covariance, asked.raw, i * d, sample.x, j * d, d);
      visit(i, k, asked.raw);
    }
  };
  const meanOf = (k: Float64Array) => target.mean[0]! + unit * dot(k, 0, alpha, 0, n);

  const predictMean = (x: Matrix) => {
    const mean = new Float64Array(x.rows);
    visitRows(x, (i, k) => {
      mean[i] = meanOf(k);
    });
    return mean;
  };

  return {
    inputs,
    mean: predictMean,
    negativeLogLikelihood: () => negativeLogLikelihood(factor(), sample.y, alpha),
    predict: async (x) => predictMean(x),
    posterior(x) {
      const mean = new Float64Array(x.rows);
      const variance = new Float64Array(x.rows);
      visitRows(x, (i, k, rows) => {
        mean[i] = meanOf(k);
        const prior = covariance.signal + linearPart(covariance, rows, i * d, rows, i * d, d);
        const v = solveLower(factor(), n, k);
        variance[i] = unit * unit * Math.max(0, prior - dot(v, 0, v, 0, n));
      });
      return { mean, variance, noiseVariance: unit * unit * (Math.exp(h.logNoise) + NOISE_FLOOR) };
    },
    toState: () => stateOf(content, alpha),
    async release() {},
  };
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
  const kept = Int32Array.from(array("kept"));
  const { inputs } = state.settings;
  if (typeof inputs !== "number" || kept.length !== columns || !kept.every((j) => j >= 0 && j < inputs))
    throw new LitepredError("corrupt-artefact", "state of a Gaussian process whose columns do not exist");
  return createGaussianProcess({
    inputs,
    kept,
    name,
    linear: state.settings.mean === "linear",
    hyperparameters,
    sample,
    alpha,
    columns: { mean: array("mean"), deviation: array("deviation") },
    target: { mean: array("targetMean"), deviation: array("targetDeviation") },
  });
}

function stateOf(content: GaussianContent, alpha: Float64Array): LearnerState {
  const { inputs, kept, sample, columns, target } = content;
  const vector = (values: StateArray["values"]): StateArray => ({ shape: [values.length], values });
  return {
    learner: "gaussian-process",
    version: 1,
    settings: { inputs, covariance: content.name, mean: content.linear ? "linear" : "constant" },
    arrays: {
      kept: vector(kept),
      hyperparameters: vector(content.hyperparameters),
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
