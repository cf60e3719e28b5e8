/**
 * How far predictions are from measurements. One meaning everywhere: the error of a prediction is |predicted ÷ measured − 1|, and
 * "within 10 %" is the share of errors of at most 0.1.
 */

/** |predicted ÷ measured − 1|; both in the same unit, measured > 0. */
export const relativeError = (predicted: number, measured: number): number => Math.abs(predicted / measured - 1);

/** The same of a prediction that is off by `log` = ln(predicted ÷ measured). */
export const relativeErrorOfLog = (log: number): number => Math.abs(Math.expm1(log));

/** For rounding: 1.05 ÷ 1 − 1 is above 0.05 in floating point. */
const rounding = 1e-12;

/** Share (0–1) of `errors` that are at most `limit`, each counted as often as `weights` say, by default once; NaN of none. */
export function shareWithin(errors: ArrayLike<number>, limit: number, weights?: ArrayLike<number>): number {
  let [within, all] = [0, 0];
  for (let i = 0; i < errors.length; i++) {
    const weight = weights?.[i] ?? 1;
    all += weight;
    if (errors[i]! <= limit + rounding) within += weight;
  }
  return within / all;
}

export interface Accuracy {
  readonly n: number;
  /** Mean relative error; 0.05 is 5 %. */
  readonly mape: number;
  /** Shares (0–1) of errors of at most 0.05 and 0.1. */
  readonly within5: number;
  readonly within10: number;
  /** Root of the mean squared difference, ms. */
  readonly rmseMs: number;
}

/** Of positive, index-aligned latencies in ms. Everything but `n` is NaN of none. */
export function accuracyOf(predictedMs: ArrayLike<number>, measuredMs: ArrayLike<number>): Accuracy {
  const n = measuredMs.length;
  const errors = Float64Array.from({ length: n }, (_, i) => relativeError(predictedMs[i]!, measuredMs[i]!));
  const squares = Float64Array.from({ length: n }, (_, i) => (predictedMs[i]! - measuredMs[i]!) ** 2);
  const mean = (values: Float64Array) => values.reduce((total, value) => total + value, 0) / n;
  return {
    n,
    mape: mean(errors),
    within5: shareWithin(errors, 0.05),
    within10: shareWithin(errors, 0.1),
    rmseMs: Math.sqrt(mean(squares)),
  };
}
