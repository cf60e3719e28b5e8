/** Ridge regression that bears outliers, and what it would have said of rows left out. */
import { leaveOutFolds, median } from "../base/index.js";
import { ridgeRegression } from "../learning/index.js";

/** Student-t: degrees of freedom, passes of reweighting, least scale of the errors in ln units. Choice. */
const freedom = 4;
const reweightings = 4;
const leastScale = 0.005;
/** Deviation of a normal law ÷ its median absolute error. */
const deviationsPerMedian = 1.4826;
export const folds = 10;

/** Ridge regression under Student-t noise: a model that was measured while the machine was slow hardly counts. */
export function robustRidge(rows: readonly (readonly number[])[], targets: readonly number[], penalty: number) {
  const x = { rows: rows.length, columns: rows[0]!.length, values: Float64Array.from(rows.flat()) };
  let weights = new Float64Array(rows.length).fill(1);
  for (let pass = 0; ; pass++) {
    const { intercept, coefficients } = ridgeRegression(x, targets, { penalty, weights });
    const predict = (row: readonly number[]) => intercept + dotOf(coefficients, row);
    if (pass === reweightings) return { intercept, coefficients, predict };
    const errors = targets.map((target, i) => Math.abs(target - predict(rows[i]!)));
    const scale = scaleOf(errors);
    weights = Float64Array.from(errors, (error) => (freedom + 1) / (freedom + (error / scale) ** 2));
  }
}

/** Their deviation, by the median of their sizes: outliers do not count. */
export const scaleOf = (errors: readonly number[]) =>
  Math.max(median(errors.map(Math.abs)) * deviationsPerMedian, leastScale);

/** Sum of |errors|, each row under a fit without it. */
export function lossLeftOut(
  values: readonly (readonly number[])[],
  targets: readonly number[],
  penalty: number,
): number {
  let total = 0;
  for (const { kept, left } of leaveOutFolds([...values.keys()], Math.min(values.length, folds))) {
    const { predict } = robustRidge(pick(values, kept), pick(targets, kept), penalty);
    for (const i of left) total += Math.abs(targets[i]! - predict(values[i]!));
  }
  return total;
}

export const pick = <T>(values: readonly T[], rows: readonly number[]): T[] => rows.map((row) => values[row]!);

function dotOf(coefficients: ArrayLike<number>, values: readonly number[]): number {
  return values.reduce((total, value, i) => total + value * coefficients[i]!, 0);
}

/** Mean of the middle three fifths. */
export function trimmedMean(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 5);
  const kept = sorted.slice(cut, sorted.length - cut);
  return kept.reduce((total, value) => total + value, 0) / kept.length;
}
