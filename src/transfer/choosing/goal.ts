/** Is the goal reached, with 95 % confidence, on errors of measured configs that were predicted without them? */
import { shareWithin } from "../../base/index.js";
import type { AdaptationRound, Goal } from "../types.js";

/** One-sided 95 % point of the normal distribution. */
const z = 1.645;

/** Relative errors of one kernel type, and its weight. */
export interface WeightedErrors {
  readonly weight: number;
  readonly errors: ArrayLike<number>;
}

/** Weighted share of errors within ±`limit` (0.05, 0.1). Types without errors count as all wrong. */
export function weightedShareWithin(types: readonly WeightedErrors[], limit: number): number {
  let total = 0;
  let within = 0;
  for (const { weight, errors } of types) {
    total += weight;
    if (errors.length > 0) within += weight * shareWithin(errors, limit);
  }
  return total > 0 ? within / total : 0;
}

/** Lower end of the share: Agresti–Coull (z²/2 successes and failures added) per type, variances summed by weight. */
export function goalReached(goal: Goal, types: readonly WeightedErrors[]): boolean {
  const limit = goal.metric === "within5" ? 0.05 : 0.1;
  const total = types.reduce((sum, type) => sum + type.weight, 0);
  let variance = 0;
  for (const { weight, errors } of types) {
    const n = errors.length + z * z;
    const within = errors.length === 0 ? 0 : shareWithin(errors, limit) * errors.length;
    const share = (within + (z * z) / 2) / n;
    variance += ((weight / total) ** 2 * share * (1 - share)) / n;
  }
  return weightedShareWithin(types, limit) - z * Math.sqrt(variance) >= goal.value;
}

/** Error at twice the measurements, by the power law through the last two rounds; exponent kept within 0–1. */
export function within10AtDouble(
  before: AdaptationRound | undefined,
  now: { measurementsUsed: number; within10: number },
): number | undefined {
  if (before === undefined || before.measurementsUsed >= now.measurementsUsed) return undefined;
  const [missBefore, miss] = [1 - before.within10, 1 - now.within10];
  if (missBefore <= 0 || miss <= 0) return now.within10;
  const exponent = Math.log(missBefore / miss) / Math.log(now.measurementsUsed / before.measurementsUsed);
  return 1 - miss * 2 ** -Math.min(1, Math.max(0, exponent));
}
