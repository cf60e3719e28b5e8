/** What is read off a front: its knee, the best, some spread over it. */
import type { Individual } from "./types.js";

/** Ordered by the last objective (a latency, where there is one), ascending. */
export const inOrder = (front: readonly Individual[]): Individual[] =>
  [...front].sort((a, b) => a.values.at(-1)! - b.values.at(-1)! || a.values[0]! - b.values[0]!);

/** Best of the first objective. */
export const bestOf = (front: readonly Individual[]): Individual | undefined =>
  inOrder(front).reduce<Individual | undefined>(
    (best, other) => (best === undefined || other.values[0]! < best.values[0]! ? other : best),
    undefined,
  );

/** Farthest from the line between the ends of the first two objectives, both in units of their range. */
export function kneeOf(front: readonly Individual[]): Individual | undefined {
  if (front.length < 3 || front[0]!.values.length < 2) return undefined;
  const range = [0, 1].map((k) => {
    const values = front.map((one) => one.values[k]!);
    return { least: Math.min(...values), width: Math.max(...values) - Math.min(...values) };
  });
  if (range.some(({ width }) => width === 0)) return undefined;
  const depth = ({ values }: Individual) =>
    range.reduce((total, { least, width }, k) => total + (values[k]! - least) / width, 0);
  return front.reduce((knee, other) => (depth(other) < depth(knee) ? other : knee));
}

/** `count` of them, the best included, the others evenly along the order of the front. */
export function spreadOf(front: readonly Individual[], count: number): Individual[] {
  const best = bestOf(front);
  if (best === undefined || count <= 0) return [];
  const order = inOrder(front);
  const last = order.length - 1;
  const places = Array.from({ length: count }, (_, i) => Math.round(last - (i * last) / Math.max(1, count - 1)));
  return [...new Set([best, ...places.map((place) => order[place]!)])].slice(0, count);
}
