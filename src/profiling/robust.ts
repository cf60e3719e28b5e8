/** A centre that disturbed turns hardly move, and how sure it is. */
import { median } from "../base/index.js";

export interface Centre {
  readonly value: number;
  /** Standard error of `value`; infinite for fewer than three values. */
  readonly error: number;
}

/** Values further off than this many deviations count for half or less (Cauchy weights). Choice. */
const farDeviations = 2;
/** Deviation of a normal law ÷ its median absolute error. */
const deviationsPerMedian = 1.4826;
/** Turns that agree better than this are taken to agree this well: clocks are that coarse. Natural log units. Choice. */
const leastDeviation = 0.002;
const passes = 10;

/**
 * Location under heavy tails, of natural logarithms. Measured on logs of ratios to the references (24 models, three looks at each on
 * a busy 2-core EPYC): two looks differ by 1.6 % in the median and 4.9 % at the 90th percentile, plain means by 1.8 and 5.0 %.
 */
export function robustCentre(values: readonly number[]): Centre {
  let centre = median(values);
  if (values.length < 3) return { value: centre, error: Number.POSITIVE_INFINITY };
  let weights: number[] = [];
  for (let pass = 0; pass < passes; pass++) {
    const scale = Math.max(
      leastDeviation,
      deviationsPerMedian * median(values.map((value) => Math.abs(value - centre))),
    );
    weights = values.map((value) => 1 / (1 + ((value - centre) / (farDeviations * scale)) ** 2));
    centre = weightedMean(values, weights);
  }
  const variance = weightedMean(
    values.map((value) => (value - centre) ** 2),
    weights,
  );
  const effective = weights.reduce((total, weight) => total + weight, 0);
  return { value: centre, error: Math.sqrt(Math.max(variance, leastDeviation ** 2) / Math.max(1, effective - 1)) };
}

function weightedMean(values: readonly number[], weights: readonly number[]): number {
  let [total, weight] = [0, 0];
  values.forEach((value, i) => {
    total += weights[i]! * value;
    weight += weights[i]!;
  });
  return total / weight;
}
