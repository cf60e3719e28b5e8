import type { HeldOut } from "./types.js";

/** Errors of predictions beside measurements, both in ms and index-aligned. */
export function heldOutMetrics(predictedMs: ArrayLike<number>, measuredMs: ArrayLike<number>): HeldOut {
  const n = measuredMs.length;
  let [absolute, within5, within10, square] = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const error = Math.abs(predictedMs[i]! / measuredMs[i]! - 1);
    absolute += error;
    if (error <= 0.05) within5++;
    if (error <= 0.1) within10++;
    square += (predictedMs[i]! - measuredMs[i]!) ** 2;
  }
  return { n, mape: absolute / n, within5: within5 / n, within10: within10 / n, rmseMs: Math.sqrt(square / n) };
}
