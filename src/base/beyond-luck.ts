/** Which of two predictors is better, by their errors on the same things. */
import { mean, standardDeviation } from "./statistics.js";

/** Standard errors of the mean difference. Choice: a difference this large is luck in one of twenty. */
const beyondLuck = 2;
/** Something that is off by more (ln) is just wrong: one more or less must not decide. Choice. */
const mostError = 0.25;

/** Whether `errors` (|ln| each) are smaller than `others`, of the same things in the same order, by more than luck. */
export function isBetterBeyondLuck(errors: readonly number[], others: readonly number[]): boolean {
  const differences = errors.map((error, i) => Math.min(mostError, others[i]!) - Math.min(mostError, error));
  return mean(differences) > (beyondLuck * standardDeviation(differences)) / Math.sqrt(differences.length);
}
