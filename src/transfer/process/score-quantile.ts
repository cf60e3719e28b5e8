/**
 * How many deviations an interval is wide. Each kernel type has its own held-out scores; the few of a type that was measured
 * a handful of times say little of a 90 % point, so those of the other types stand in with a limited weight.
 */

/** Scores of other types count together like this many of the type's own. Choice, tested on recorded platforms. */
const borrowed = 15;
/** The mixture was chosen on the scores that it is judged by: about this many of them say nothing new. Choice, tested. */
const spent = 1;

/**
 * The smallest factor that covers at least `level` (0–1) of the weighted scores with one more of unknown size among the own:
 * with nothing borrowed, the conformal quantile. Widened where there are too few scores for the level.
 */
export function scoreQuantile(own: ArrayLike<number>, others: ArrayLike<number>, level: number): number {
  const each = others.length > 0 ? Math.min(1, borrowed / others.length) : 0;
  const all = [
    ...Array.from(own, (score) => ({ score, weight: 1 })),
    ...Array.from(others, (score) => ({ score, weight: each })),
  ].sort((a, b) => a.score - b.score);
  const weight = own.length + each * others.length;
  if (all.length === 0) return Number.POSITIVE_INFINITY;
  const wanted = (weight + 1) * level;
  const caution = 1 + spent / weight;
  let reached = 0;
  for (const entry of all) {
    reached += entry.weight;
    if (reached >= wanted - 1e-9) return caution * entry.score;
  }
  // Too few for the level: the largest, widened by what is missing (a choice; exact is infinity).
  return caution * all.at(-1)!.score * (wanted / weight) ** 2;
}
