/**
 * Who is better than whom: constraint domination, fronts and crowding of NSGA-II (Deb et al. 2002, TEVC 6(2)), on numbers that are to
 * be made small. Individuals of equal values do not dominate each other.
 */

export interface Ranked {
  readonly values: readonly number[];
  readonly violation: number;
}

/** A feasible one beats any other, of two infeasible ones the less so; among feasible ones Pareto's rule. */
export function dominates(a: Ranked, b: Ranked): boolean {
  if (a.violation !== b.violation && (a.violation > 0 || b.violation > 0)) return a.violation < b.violation;
  return dominatesValues(a.values, b.values);
}

export function dominatesValues(a: readonly number[], b: readonly number[]): boolean {
  let isBetter = false;
  for (let i = 0; i < a.length; i++) {
    if (a[i]! > b[i]!) return false;
    if (a[i]! < b[i]!) isBetter = true;
  }
  return isBetter;
}

/**
 * Indices of the individuals by front, the first one first. Efficient non-dominated sort (Zhang et al. 2015, TEVC 19(2)): in
 * lexicographic order nobody is dominated by a later one, so each goes to the first front of which none dominates it.
 */
export function sortFronts(individuals: readonly Ranked[]): number[][] {
  const order = [...individuals.keys()].sort((a, b) => compareInOrder(individuals[a]!, individuals[b]!) || a - b);
  const fronts: number[][] = [];
  for (const i of order) {
    const own = fronts.find((front) => !isDominatedByAny(individuals, front, i));
    if (own === undefined) fronts.push([i]);
    else own.push(i);
  }
  return fronts.map((front) => front.sort((a, b) => a - b));
}

function compareInOrder(a: Ranked, b: Ranked): number {
  if (a.violation !== b.violation) return a.violation - b.violation;
  for (let k = 0; k < a.values.length; k++) if (a.values[k] !== b.values[k]) return a.values[k]! - b.values[k]!;
  return 0;
}

/** The latest come first: they are the likeliest. */
function isDominatedByAny(individuals: readonly Ranked[], front: readonly number[], i: number): boolean {
  for (let at = front.length - 1; at >= 0; at--) if (dominates(individuals[front[at]!]!, individuals[i]!)) return true;
  return false;
}

/** Crowding distance of the members of one front, index-aligned; the ends of each objective are infinite. */
export function crowdingOf(front: readonly Ranked[]): number[] {
  const distance = new Array<number>(front.length).fill(0);
  for (let k = 0; k < (front[0]?.values.length ?? 0); k++) {
    const order = [...front.keys()].sort((a, b) => front[a]!.values[k]! - front[b]!.values[k]!);
    const at = (position: number) => front[order[position]!]!.values[k]!;
    const range = at(order.length - 1) - at(0);
    distance[order[0]!] = Number.POSITIVE_INFINITY;
    distance[order.at(-1)!] = Number.POSITIVE_INFINITY;
    if (range > 0) for (let i = 1; i < order.length - 1; i++) distance[order[i]!]! += (at(i + 1) - at(i - 1)) / range;
  }
  return distance;
}

/** The `count` best: whole fronts, then of the one that does not fit the least crowded. Best first. */
export function selectBest<T extends Ranked>(individuals: readonly T[], count: number): T[] {
  const chosen: T[] = [];
  for (const indices of sortFronts(individuals)) {
    if (chosen.length >= count) break;
    const front = indices.map((i) => individuals[i]!);
    const crowding = crowdingOf(front);
    const order = [...front.keys()].sort((a, b) => crowding[b]! - crowding[a]! || a - b);
    chosen.push(...order.slice(0, count - chosen.length).map((i) => front[i]!));
  }
  return chosen;
}
