/** Windows of maxima and means, and means over whole axes. */
import { paddings } from "../../../formats/tflite/index.js";
import { type GraphNode, identity, nhwc, samePads } from "../../../graph/index.js";
import { unsupported } from "../../operands.js";
import type { Lowering } from "../lowering.js";
import { activationCode, numbersOf, type OperatorTable, padded, type Window, windowOf } from "./common.js";

/** Lowest float32: the border of a maximum. */
const lowest = -3.4028234663852886e38;

function pool(l: Lowering, node: GraphNode, builtin: "MAX_POOL_2D" | "AVERAGE_POOL_2D", countsPadding: boolean): void {
  const kernel = numbersOf(node.attributes.kernel_shape, [1, 1]);
  const window = rounded(l, node, windowOf(l, node, kernel));
  const isAverage = builtin === "AVERAGE_POOL_2D";
  const x = node.inputs[0]!;
  const same = samePads(l.shape(x).slice(2), kernel, window.strides, [1, 1]);
  const isSame = window.pads.every((pad, i) => pad === same[i]);
  const isPadded = window.pads.some((pad) => pad !== 0);
  if (countsPadding && isPadded && Number(node.attributes.ceil_mode ?? 0) !== 0)
    unsupported(node, "that counts its padding, with ceil_mode, has no .tflite form");
  if (isAverage && isPadded && !isSame && !countsPadding) unsupported(node, "without its padding has no .tflite form");
  const explicit = isAverage && isPadded && countsPadding;
  const scaled = l.isInt8 && !explicit;
  const { input, padding } = explicit
    ? { input: zeroPadded(l, node, window.pads), padding: paddings.VALID }
    : padded(l, node, window, { border: isAverage || scaled ? 0 : lowest, scaled });
  const output = l.define(node.outputs[0]!, nhwc, scaled ? "int8" : "float32");
  l.emit(builtin, [input], [output], {
    table: "Pool2DOptions",
    padding,
    strideH: window.strides[0]!,
    strideW: window.strides[1]!,
    filterHeight: kernel[0]!,
    filterWidth: kernel[1]!,
    fusedActivationFunction: activationCode(node),
  });
}

/** `ceil_mode`: the last window hangs over the end, which is padding like any other. */
function rounded(l: Lowering, node: GraphNode, window: Window): Window {
  if (Number(node.attributes.ceil_mode ?? 0) === 0) return window;
  const { kernel, strides, pads, dilations } = window;
  const size = l.shape(node.inputs[0]!).slice(2);
  const output = l.shape(node.outputs[0]!).slice(2);
  const ends = size.map((length, axis) => {
    const span = (kernel[axis]! - 1) * dilations[axis]! + 1;
    return Math.max(0, (output[axis]! - 1) * strides[axis]! + span - length - pads[axis]!);
  });
  return { ...window, pads: [...pads.slice(0, 2), ...ends] };
}

function zeroPadded(l: Lowering, node: GraphNode, [top, left, bottom, right]: readonly number[]): number {
  const [n, c, h, w] = l.shape(node.inputs[0]!) as [number, number, number, number];
  const output = l.temporary([n, h + top! + bottom!, w + left! + right!, c]);
  const amounts = l.integers([0, 0, top!, bottom!, left!, right!, 0, 0], [4, 2]);
  l.emit("PAD", [l.read(node.inputs[0]!, nhwc), amounts], [output], { table: "PadOptions" });
  return output;
}

const builtins = {
  ReduceMean: "MEAN",
  ReduceSum: "SUM",
  ReduceMax: "REDUCE_MAX",
  ReduceMin: "REDUCE_MIN",
  ReduceProd: "REDUCE_PROD",
  /** Of squares, then the root. */
  ReduceL2: "SUM",
} as const;

/** Axes are an attribute, or an input from opset 18 (ReduceSum: 13) on. */
function reduce(l: Lowering, node: GraphNode): void {
  const x = node.inputs[0]!;
  const rank = l.shape(x).length;
  const given = node.inputs[1] ? l.numbers(node.inputs[1]) : numbersOf(node.attributes.axes, identity(rank));
  reduceAxes(
    l,
    node,
    given.map((axis) => (axis + rank) % rank),
    Number(node.attributes.keepdims ?? 1) !== 0,
  );
}

function reduceAxes(l: Lowering, node: GraphNode, axes: readonly number[], keepDims: boolean): void {
  const x = node.inputs[0]!;
  const perm = l.order(x);
  const builtin =
    builtins[node.operator === "GlobalAveragePool" ? "ReduceMean" : (node.operator as keyof typeof builtins)];
  const kept = identity(perm.length).filter((axis) => !axes.includes(axis));
  const order = keepDims ? perm : perm.filter((axis) => kept.includes(axis)).map((axis) => kept.indexOf(axis));
  const type = l.isInt8 && builtin === "MEAN" ? "int8" : "float32";
  const input = l.read(x, perm, type);
  const stored = axes.map((axis) => perm.indexOf(axis)).sort((a, b) => a - b);
  const output = l.define(node.outputs[0]!, order, type);
  const options = { table: "ReducerOptions", keepDims } as const;
  if (node.operator !== "ReduceL2") {
    l.emit(builtin, [input, l.integers(stored)], [output], options);
    return;
  }
  const squares = l.temporary(perm.map((axis) => l.shape(x)[axis]!));
  const sums = l.temporary(order.map((axis) => l.shape(node.outputs[0]!)[axis]!));
  l.emit("MUL", [input, input], [squares], { table: "MulOptions" });
  l.emit("SUM", [squares, l.integers(stored)], [sums], options);
  l.emit("SQRT", [sums], [output]);
}

export const pools: OperatorTable = {
  MaxPool: (l, node) => pool(l, node, "MAX_POOL_2D", false),
  AveragePool: (l, node) => pool(l, node, "AVERAGE_POOL_2D", Number(node.attributes.count_include_pad ?? 0) !== 0),
  GlobalAveragePool: (l, node) => reduceAxes(l, node, [2, 3], true),
  ...Object.fromEntries(Object.keys(builtins).map((operator) => [operator, reduce])),
};
