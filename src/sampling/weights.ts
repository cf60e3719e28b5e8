/** Weights of configs, and drawing in proportion to them. */

/** Choice, not tuned: 1 would spend the budget on a few dozen dominating configs, 0 would take rare ones for common ones. */
const temper = 0.6;

/** The weight of a config with this share of the spaces' latency. */
export const tempered = (share: number): number => share ** temper;

/** Drawing indices in proportion to weights, by binary search in their cumulated sums. */
export function cumulated(weights: ArrayLike<number>): Float64Array {
  let total = 0;
  return Float64Array.from(weights, (weight) => {
    total += weight;
    return total;
  });
}

/** The index at a share (0–1) of the total. */
export function indexAt(sums: Float64Array, share: number): number {
  const target = share * sums.at(-1)!;
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle]! > target) high = middle;
    else low = middle + 1;
  }
  return low;
}
