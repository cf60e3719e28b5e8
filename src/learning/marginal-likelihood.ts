/**
 * −ln of p(y | x, hyper-parameters) times their prior, and its gradient: what the Gaussian process minimises.
 * Rasmussen and Williams, Gaussian Processes for Machine Learning, eq. 2.30 and 5.9.
 */
import {
  type Covariance,
  type CovarianceName,
  createCovariance,
  type Hyperparameters,
  linearPart,
  scaleRows,
  squaredDistance,
  unpackHyperparameters,
} from "./covariance.js";
import { cholesky, dot, inverseFromCholesky, solveCholesky } from "./linear-algebra.js";

export interface GaussianSample {
  /** Standardised, n × d. */
  readonly x: Float64Array;
  /** Standardised, n. */
  readonly y: Float64Array;
  /** Noise variance of each row relative to the fitted one. */
  readonly noiseScale: Float64Array;
  readonly columns: number;
}

export interface CovarianceForm {
  readonly name: CovarianceName;
  readonly linear: boolean;
}

/** Keeps the matrix numerically positive definite; far below any noise of a measurement (0.1 % of y's deviation). */
export const NOISE_FLOOR = 1e-6;

/** Covariance of the observations, noise included. Only the lower half is filled. */
export function observedCovariance(sample: GaussianSample, c: Covariance, logNoise: number): Float64Array {
  const { x, columns: d, noiseScale } = sample;
  const n = sample.y.length;
  const scaled = scaleRows(x, c.inverseLengths);
  const noise = Math.exp(logNoise);
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++)
      out[i * n + j] =
        c.signal * c.shape(squaredDistance(scaled, i * d, scaled, j * d, d)).value +
        linearPart(c, x, i * d, x, j * d, d);
    out[i * n + i] = c.signal + linearPart(c, x, i * d, x, i * d, d) + noise * noiseScale[i]! + NOISE_FLOOR;
  }
  return out;
}

/** Value Infinity where the matrix is not positive definite. The gradient is by the packed logarithms. */
export function negativeLogPosterior(
  sample: GaussianSample,
  form: CovarianceForm,
  packed: Float64Array,
): { value: number; gradient: Float64Array } {
  const h = unpackHyperparameters(packed);
  const covariance = createCovariance(form.name, form.linear, h);
  const n = sample.y.length;
  const factor = cholesky(observedCovariance(sample, covariance, h.logNoise), n);
  if (factor === undefined) return { value: Number.POSITIVE_INFINITY, gradient: new Float64Array(packed.length) };
  const alpha = solveCholesky(factor, n, sample.y);
  const prior = negativeLogPrior(packed, sample.columns);
  const gradient = likelihoodGradient(sample, covariance, h, inverseFromCholesky(factor, n), alpha);
  return {
    value: negativeLogLikelihood(factor, sample.y, alpha) + prior.value,
    gradient: gradient.map((g, i) => g + prior.gradient[i]!),
  };
}

export function negativeLogLikelihood(factor: Float64Array, y: Float64Array, alpha: Float64Array): number {
  const n = y.length;
  let value = 0.5 * dot(y, 0, alpha, 0, n) + 0.5 * n * Math.log(2 * Math.PI);
  for (let i = 0; i < n; i++) value += Math.log(factor[i * n + i]!);
  return value;
}

/** ½ tr((K⁻¹ − ααᵀ) ∂K/∂θ) for each θ; pairs are visited once, so off-diagonal terms count twice. */
function likelihoodGradient(
  { x, y, columns: d, noiseScale }: GaussianSample,
  c: Covariance,
  h: Hyperparameters,
  inverse: Float64Array,
  alpha: Float64Array,
): Float64Array {
  const n = y.length;
  const scaled = scaleRows(x, c.inverseLengths);
  const noise = Math.exp(h.logNoise);
  const gradient = new Float64Array(3 + d);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const w = inverse[i * n + j]! - alpha[i]! * alpha[j]!;
      const { value, slope } = c.shape(squaredDistance(scaled, i * d, scaled, j * d, d));
      gradient[0]! += w * c.signal * value;
      if (c.linear) gradient[2]! += w * c.slope * dot(x, i * d, x, j * d, d);
      const pull = w * c.signal * slope;
      for (let k = 0; k < d; k++) {
        const difference = scaled[i * d + k]! - scaled[j * d + k]!;
        gradient[3 + k]! += pull * difference * difference;
      }
    }
    const w = 0.5 * (inverse[i * n + i]! - alpha[i]! * alpha[i]!);
    gradient[0]! += w * c.signal;
    gradient[1]! += w * noise * noiseScale[i]!;
    if (c.linear) gradient[2]! += w * c.slope * dot(x, i * d, x, i * d, d);
  }
  return gradient;
}

/**
 * Normal priors on the logarithms. Length scales: centre √2 + ln √d, deviation √3 (Hvarfner et al., 2024, "Vanilla Bayesian
 * optimization performs great in high dimensions"), without which many columns and few rows overfit. The others: broad
 * choices around signal 1, noise variance 1e-3 (3 % of y's deviation) and slope 1/d.
 */
export function negativeLogPrior(packed: Float64Array, columns: number): { value: number; gradient: Float64Array } {
  let value = 0;
  const gradient = packed.map((p, i) => {
    const { centre, variance } = priorOf(i, columns);
    value += (p - centre) ** 2 / (2 * variance);
    return (p - centre) / variance;
  });
  return { value, gradient };
}

export function priorOf(index: number, columns: number): { centre: number; variance: number } {
  if (index === 0) return { centre: 0, variance: 4 };
  if (index === 1) return { centre: Math.log(1e-3), variance: 9 };
  if (index === 2) return { centre: -Math.log(columns), variance: 4 };
  return { centre: Math.SQRT2 + 0.5 * Math.log(columns), variance: 3 };
}
