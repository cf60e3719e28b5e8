/**
 * Sliding windows: how many positions a kernel takes along one axis.
 * Source: Conv, MaxPool, AveragePool and ConvTranspose in Operators.md of ONNX, and pool_attributes.h of ONNX Runtime
 * for `ceil_mode` (a last window that would start in the padding is dropped).
 */
import type { GraphNode } from "../graph.js";
import { fail, integer, integers, text } from "./rule.js";

export interface Windows {
  readonly strides: readonly number[] | undefined;
  readonly dilations: readonly number[] | undefined;
  /** Begins of all axes, then ends. */
  readonly pads: readonly number[] | undefined;
  readonly autoPad: string;
  readonly ceil: boolean;
}

export function windowsOf(node: GraphNode, rank: number): Windows {
  const windows = {
    strides: integers(node, "strides"),
    dilations: integers(node, "dilations"),
    pads: integers(node, "pads"),
    autoPad: text(node, "auto_pad", "NOTSET"),
    ceil: integer(node, "ceil_mode", 0) === 1,
  };
  checkList(node, "strides", windows.strides, rank, 1);
  checkList(node, "dilations", windows.dilations, rank, 1);
  checkList(node, "pads", windows.pads, 2 * rank, Number.NEGATIVE_INFINITY);
  return windows;
}

export function checkList(
  node: GraphNode,
  name: string,
  list: readonly number[] | undefined,
  length: number,
  min: number,
): void {
  if (list === undefined) return;
  if (list.length !== length) fail(node, `${name} has ${list.length} numbers, not ${length}`);
  for (let i = 0; i < list.length; i++) if (!(list[i]! >= min)) fail(node, `${name} ${list[i]} is below ${min}`);
}

/** Positions of a window of `kernel` elements along spatial axis `axis` of `size` elements. */
export function windowCount(
  node: GraphNode,
  windows: Windows,
  axis: number,
  rank: number,
  size: number,
  kernel: number,
): number {
  const stride = windows.strides?.[axis] ?? 1;
  const extent = (kernel - 1) * (windows.dilations?.[axis] ?? 1) + 1;
  if (windows.autoPad === "SAME_UPPER" || windows.autoPad === "SAME_LOWER") return Math.ceil(size / stride);
  const explicit = windows.autoPad !== "VALID";
  const begin = explicit ? (windows.pads?.[axis] ?? 0) : 0;
  const end = explicit ? (windows.pads?.[axis + rank] ?? 0) : 0;
  const room = size + begin + end - extent;
  if (room < 0) fail(node, `a window of ${extent} does not fit into ${size} elements padded by ${begin} and ${end}`);
  if (!windows.ceil) return Math.floor(room / stride) + 1;
  const count = Math.ceil(room / stride) + 1;
  return (count - 1) * stride >= size + begin ? count - 1 : count;
}
