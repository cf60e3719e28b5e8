/**
 * Covariance of the Gaussian process: a stationary part with one length scale per column, plus a linear part
 * bias² + slope²·x·x′, which is a linear mean function whose weights have a normal prior and are integrated out.
 * Columns and target are standardised, so 1 is the natural unit of everything here.
 */
import { dot } from "./linear-algebra.js";

export type CovarianceName = "matern52" | "rbf";

/** Natural logarithms, in the order in which the optimiser sees them. */
export interface Hyperparameters {
  readonly logSignal: number;
  readonly logNoise: number;
  readonly logSlope: number;
  readonly logLengths: Float64Array;
}

/** Prior variance of the constant part: broad, as y is standardised. */
const BIAS_VARIANCE = 1;

export const packHyperparameters = (h: Hyperparameters): Float64Array =>
  Float64Array.of(h.logSignal, h.logNoise, h.logSlope, ...h.logLengths);

export const unpackHyperparameters = (p: Float64Array): Hyperparameters => ({
  logSignal: p[0]!,
  logNoise: p[1]!,
  logSlope: p[2]!,
  logLengths: p.slice(3),
});

/** Correlation and its derivative by −½·r², at squared scaled distance r². */
const shapes: Record<CovarianceName, (squared: number) => { value: number; slope: number }> = {
  matern52(squared) {
    const s = Math.sqrt(5 * squared);
    const decay = Math.exp(-s);
    return { value: (1 + s + s * s * (1 / 3)) * decay, slope: (5 / 3) * (1 + s) * decay };
  },
  rbf(squared) {
    const value = Math.exp(-0.5 * squared);
    return { value, slope: value };
  },
};

/** What is evaluated often, out of the logarithms. */
export interface Covariance {
  readonly signal: number;
  readonly slope: number;
  readonly linear: boolean;
  readonly inverseLengths: Float64Array;
  readonly shape: (squared: number) => { value: number; slope: number };
}

export function createCovariance(name: CovarianceName, linear: boolean, h: Hyperparameters): Covariance {
  return {
    signal: Math.exp(h.logSignal),
    slope: linear ? Math.exp(h.logSlope) : 0,
    linear,
    inverseLengths: h.logLengths.map((l) => Math.exp(-l)),
    shape: shapes[name],
  };
}

/** Rows divided by the length scales: distances between them are the r of the covariance. */
export function scaleRows(x: Float64Array, inverseLengths: Float64Array): Float64Array {
  const d = inverseLengths.length;
  return x.map((value, i) => value * inverseLengths[i % d]!);
}

export function squaredDistance(a: Float64Array, ai: number, b: Float64Array, bi: number, d: number): number {
  let total = 0;
  for (let k = 0; k < d; k++) {
    const difference = a[ai + k]! - b[bi + k]!;
    total += difference * difference;
  }
  return total;
}

/** The linear part of the covariance of two (standardised, not scaled) rows. */
export function linearPart(c: Covariance, a: Float64Array, ai: number, b: Float64Array, bi: number, d: number): number {
  return BIAS_VARIANCE + (c.linear ? c.slope * dot(a, ai, b, bi, d) : 0);
}

/** Rows on which a process was trained, beside the same rows divided by the length scales. */
export interface CovarianceRows {
  readonly raw: Float64Array;
  readonly scaled: Float64Array;
}

export const covarianceRows = (c: Covariance, raw: Float64Array): CovarianceRows => ({
  raw,
  scaled: scaleRows(raw, c.inverseLengths),
});

/** The stationary part of the covariance of row `i` of `a` with each row of `b`, into `out`. */
export function stationaryRow(c: Covariance, a: CovarianceRows, i: number, b: CovarianceRows, out: Float64Array): void {
  const d = c.inverseLengths.length;
  for (let j = 0; j < out.length; j++)
    out[j] = c.signal * c.shape(squaredDistance(a.scaled, i * d, b.scaled, j * d, d)).value;
}
