/**
 * ncnn has no batch axis and at most four axes: a tensor loses its leading axis where that is 1, then, while it has more
 * than four, the first axis of length 1.
 */
import type { Params } from "./network.js";

/** A graph's tensor as ncnn sees it: which of its axes are left. */
export interface Axes {
  /** Sizes, outermost first. */
  readonly sizes: readonly number[];
  /** The graph's axis of each. */
  readonly axes: readonly number[];
}

export function axesOf(shape: readonly number[]): Axes | undefined {
  let axes = shape.map((_, axis) => axis);
  if (axes.length > 1 && shape[0] === 1) axes = axes.slice(1);
  while (axes.length > 4) {
    const unit = axes.findIndex((axis) => shape[axis] === 1);
    if (unit < 0) return undefined;
    axes.splice(unit, 1);
  }
  return { axes, sizes: axes.map((axis) => shape[axis]!) };
}

/** Reshape parameters of sizes, outermost first: w, h, d, c are 0, 1, 11, 2. */
export function sizeParams(sizes: readonly number[]): Params {
  const keys = [[0], [1, 0], [2, 1, 0], [2, 11, 1, 0]][sizes.length - 1] ?? [];
  return Object.fromEntries(keys.map((key, i) => [key, sizes[i]!]));
}
