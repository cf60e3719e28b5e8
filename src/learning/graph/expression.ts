/**
 * Computations as immutable expressions of static shape. Each knows how to write itself as ONNX and how to hand a gradient
 * on to its inputs, as expressions again: differentiation is a walk (differentiate.ts), training is a graph (training-loop.ts).
 */
import { invariant } from "../../base/index.js";
import type { GraphWriter } from "./onnx-writer.js";

export type Shape = readonly number[];

export interface Expression {
  readonly shape: Shape;
  readonly inputs: readonly Expression[];
  /** Writes the node(s) and returns the result's name. A leaf has none: its name is given from outside. */
  emit?(writer: GraphWriter, inputs: readonly string[]): string;
  /** The gradient by each input, given the gradient by the result; undefined where there is none. */
  gradient?(upstream: Expression, result: Expression): readonly (Expression | undefined)[];
}

/** A value fed from outside: data, noise or a parameter. Told apart by identity. */
export const leaf = (shape: Shape): Expression => ({ shape, inputs: [] });

export const constant = (value: number): Expression => ({
  shape: [],
  inputs: [],
  emit: (writer) => writer.float([value]),
});

export const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((size, i) => size === b[i]);

/** NumPy's rule. */
export function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    invariant(left === right || left === 1 || right === 1, `[${a}] and [${b}] do not broadcast`);
    return left === 1 ? right : left;
  });
}
