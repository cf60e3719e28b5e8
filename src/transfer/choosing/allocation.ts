/**
 * How a budget is shared among kernel types: each next measurement goes where (weight × error)^⅔ ÷ measured is largest.
 * That is the optimum when a type's error falls as 1/√measured, and what counts is the weighted mean of the errors.
 */
export interface Share {
  /** Share in real models, or rows to be predicted; > 0. */
  readonly weight: number;
  /** Estimated relative error so far; 1 for all when nothing is known. */
  readonly error: number;
  readonly measured: number;
  /** Configs that can still be measured. */
  readonly available: number;
}

/** First measurements that every kernel type gets, if the budget allows: below this nothing can be fitted. Choice. */
const fewest = 5;

/** Measurements to add to each type; sum = min(budget, available in all). Ties go to the earlier type. */
export function allocate(shares: readonly Share[], budget: number): number[] {
  const added = shares.map(() => 0);
  const minimum = Math.min(fewest, Math.max(1, Math.floor(budget / shares.length)));
  const need = (share: Share, i: number): number => {
    const total = share.measured + added[i]!;
    if (added[i]! >= share.available) return Number.NEGATIVE_INFINITY;
    if (total < minimum) return Number.MAX_VALUE / (1 + total);
    return (share.weight * share.error) ** (2 / 3) / total;
  };
  for (let left = budget; left > 0; left--) {
    let best = -1;
    let most = Number.NEGATIVE_INFINITY;
    shares.forEach((share, i) => {
      const value = need(share, i);
      if (value > most) [best, most] = [i, value];
    });
    if (best < 0) break;
    added[best]!++;
  }
  return added;
}
