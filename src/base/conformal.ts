/**
 * Split conformal prediction: the half width that covers a new error with the given probability, from errors of rows
 * that took no part in fitting. Source: Vovk et al.; the ⌈(n+1)·level⌉-th smallest of n.
 */
export function conformalQuantile(ascending: readonly number[], level: number): number {
  const n = ascending.length;
  if (n === 0) return Number.POSITIVE_INFINITY;
  const rank = Math.ceil((n + 1) * level);
  // Too few errors for the level: the largest one, widened by the ratio that is missing (a choice; exact is infinity).
  if (rank > n) return ascending[n - 1]! * (rank / n) ** 2;
  return ascending[rank - 1]!;
}

/** Probability that an interval holds, where nobody asked for another. Choice. */
export const usualLevel = 0.9;
