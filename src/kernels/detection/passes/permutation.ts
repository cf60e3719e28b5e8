/** Arithmetic of axis permutations. A permutation lists for each output axis the input axis it comes from. */
export type Permutation = readonly number[];

export function invert(perm: Permutation): number[] {
  const inverse = new Array<number>(perm.length);
  perm.forEach((axis, i) => {
    inverse[axis] = i;
  });
  return inverse;
}

/** First `first`, then `second`. */
export const compose = (first: Permutation, second: Permutation): number[] => second.map((axis) => first[axis]!);

export const isIdentity = (perm: Permutation): boolean => perm.every((axis, i) => axis === i);

export const equal = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((axis, i) => axis === b[i]);

export const permute = (shape: readonly number[], perm: Permutation): number[] => perm.map((axis) => shape[axis]!);

/** Non-negative axes, or undefined if one is out of range. */
export function normalizeAxes(axes: readonly number[], rank: number): number[] | undefined {
  const normal = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  return normal.every((axis) => axis >= 0 && axis < rank) ? normal : undefined;
}

/** The permutation left over when `removed` axes (of the permuted tensor's input) go. */
export function squeeze(removed: readonly number[], perm: Permutation): number[] {
  const position = new Map<number, number>();
  for (let axis = 0; axis < perm.length; axis++) if (!removed.includes(axis)) position.set(axis, position.size);
  return perm.filter((axis) => position.has(axis)).map((axis) => position.get(axis)!);
}

/** The permutation of a tensor that got axes of size 1 at the positions `added`, which stay where they are. */
export function unsqueeze(added: readonly number[], perm: Permutation): number[] {
  const rank = perm.length + added.length;
  const kept = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !added.includes(axis));
  let next = 0;
  return Array.from({ length: rank }, (_, axis) => (added.includes(axis) ? axis : kept[perm[next++]!]!));
}

export const unsqueezeShape = (shape: readonly number[], added: readonly number[]): number[] => {
  let next = 0;
  return Array.from({ length: shape.length + added.length }, (_, axis) => (added.includes(axis) ? 1 : shape[next++]!));
};
