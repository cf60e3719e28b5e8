/** Shared by the operator files: activations, windows, axes. */
import { paddings } from "../../../formats/tflite/index.js";
import { identity, type Permutation, samePads } from "../../../graph/index.js";
import type { Attributes } from "../growing-graph.js";
import { type FileOperator, invalid, unsupported } from "../model.js";
import type { Raising } from "../raising.js";

/** Writes one operator of the file into the graph. */
export type RaiseOperator = (r: Raising, op: FileOperator) => void;
export type OperatorTable = Readonly<Record<string, RaiseOperator>>;

/** @throws LitepredError `invalid-model` */
export function fail({ builtin, index }: FileOperator, why: string): never {
  throw invalid(`operator ${index} (${builtin}) ${why}`);
}

export function input(op: FileOperator, place: number): number {
  const found = op.inputs[place];
  return found === undefined || found === -1 ? fail(op, `has no input ${place}`) : found;
}

/** An input that may be left away. */
export const optional = (op: FileOperator, place: number): number | undefined => {
  const found = op.inputs[place];
  return found === -1 ? undefined : found;
};

export function output(op: FileOperator, place = 0): number {
  return op.outputs[place] ?? fail(op, `has no output ${place}`);
}

/** Axis in 0…rank−1 from one that may count from the end. */
export function axisOf(op: FileOperator, axis: number | undefined, rank: number): number {
  const normal = axis !== undefined && axis < 0 ? axis + rank : axis;
  if (normal === undefined || !(Number.isInteger(normal) && normal >= 0 && normal < rank))
    fail(op, `has the axis ${axis} where there are ${rank}`);
  return normal;
}

/** The order that is left when stored axes go. */
export function withoutAxes(perm: Permutation, gone: readonly number[]): Permutation {
  const kept = perm.filter((_, i) => !gone.includes(i));
  const sorted = [...kept].sort((a, b) => a - b);
  return kept.map((axis) => sorted.indexOf(axis));
}

/** What turns numbers below `low` and above `high` into these. */
export const clip = (r: Raising, name: string, low: number, high: number): string[] => [
  name,
  r.constant([], [low]),
  r.constant([], [high]),
];

/** Nodes of a fused activation, by the number that the file has for it. */
export function activationOf(r: Raising, op: FileOperator, code = 0) {
  switch (code) {
    case 0:
      return undefined;
    case 1:
      return (name: string, to: string) => r.emit("Relu", [name], [to], {});
    case 2:
      return (name: string, to: string) => r.emit("Clip", clip(r, name, -1, 1), [to], {});
    case 3:
      return (name: string, to: string) => r.emit("Clip", clip(r, name, 0, 6), [to], {});
    case 4:
      return (name: string, to: string) => r.emit("Tanh", [name], [to], {});
    default:
      return unsupported(op, `has the fused activation ${code}, which is not supported`);
  }
}

export interface WindowOptions {
  readonly padding?: number;
  readonly strideH?: number;
  readonly strideW?: number;
  readonly dilationHFactor?: number;
  readonly dilationWFactor?: number;
}

/** Strides, dilations and explicit pads of an operator that slides a window over an image. */
export function windowOf(
  op: FileOperator,
  { padding = 0, strideH = 0, strideW = 0, dilationHFactor = 1, dilationWFactor = 1 }: WindowOptions,
  size: readonly number[],
  kernel: readonly number[],
): Attributes {
  const strides = [strideH, strideW];
  const dilations = [dilationHFactor, dilationWFactor];
  if (![...strides, ...dilations, ...kernel].every((value) => value >= 1))
    fail(op, `has a window of ${kernel} with strides ${strides} and dilations ${dilations}`);
  if (padding !== paddings.SAME && padding !== paddings.VALID) fail(op, `has the padding ${padding}`);
  const pads = padding === paddings.SAME ? samePads(size, kernel, strides, dilations) : [0, 0, 0, 0];
  return { strides, dilations, pads, kernel_shape: [...kernel] };
}

/** The file's order of axes as it is. */
export const plain = (r: Raising, index: number): Permutation => identity(r.order(index).length);
