/** One turn of cross-validation. */
export interface Fold<T> {
  readonly kept: readonly T[];
  readonly left: readonly T[];
}

/** Each item is left out once: the turn `f` leaves out those at `f`, `f + count`, … in the order of `items`. */
export function leaveOutFolds<T>(items: readonly T[], count: number): Fold<T>[] {
  return Array.from({ length: count }, (_, fold) => ({
    kept: items.filter((_item, i) => i % count !== fold),
    left: items.filter((_item, i) => i % count === fold),
  }));
}
