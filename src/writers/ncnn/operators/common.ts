/** Shared by the operator files. */
import type { GraphNode } from "../../../graph/index.js";
import type { Lowering } from "../lowering.js";

/** Writes one node of the graph. */
export type LowerOperator = (l: Lowering, node: GraphNode) => void;
export type OperatorTable = Readonly<Record<string, LowerOperator>>;

export const numbersOf = (value: unknown, byDefault: readonly number[]): readonly number[] =>
  Array.isArray(value) ? (value as number[]) : byDefault;

/** ncnn's axis of a graph's axis; undefined where that axis was left away (length 1). */
export function axisIn(l: Lowering, name: string, axis: number): number | undefined {
  const rank = l.shape(name).length;
  const found = l.axes(name).axes.indexOf((axis + rank) % rank);
  return found < 0 ? undefined : found;
}
