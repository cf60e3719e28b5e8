/** Operators that move, cut or join elements. */
import type { GraphNode } from "../../../graph/index.js";
import { unsupported } from "../../operands.js";
import type { Lowering } from "../lowering.js";
import { real } from "../network.js";
import { axisIn, numbersOf, type OperatorTable } from "./common.js";

function reshape(l: Lowering, node: GraphNode): void {
  const [x] = node.inputs as [string];
  const [output] = node.outputs as [string];
  const [from, to] = [l.axes(x).sizes, l.axes(output).sizes];
  const isSame = from.length === to.length && from.every((size, axis) => size === to[axis]);
  if (isSame) l.alias(output, l.read(x));
  else l.reshaped(l.read(x), to, l.define(output));
}

/** ncnn numbers the orders of w, h, d, c (innermost first): the outer places count down, the inner two count up. */
function orderType(perm: readonly number[]): number {
  let left = perm.map((_, axis) => axis);
  let type = 0;
  for (const axis of perm.slice(0, -1)) {
    const orders = [1, 1, 2, 6][left.length - 1]!;
    type += left.indexOf(axis) * orders;
    left = left.filter((other) => other !== axis);
  }
  return type;
}

function transpose(l: Lowering, node: GraphNode): void {
  const [x] = node.inputs as [string];
  const [output] = node.outputs as [string];
  const rank = l.shape(x).length;
  const perm = numbersOf(node.attributes.perm, [...l.shape(x).keys()].reverse());
  if (rank !== perm.length) unsupported(node, "of this permutation has no ncnn form");
  const { axes } = l.axes(x);
  const order = perm.filter((axis) => axes.includes(axis)).map((axis) => axes.indexOf(axis));
  const sizes = order.map((axis) => l.axes(x).sizes[axis]!);
  const wanted = l.axes(output).sizes;
  const isSame = sizes.length === wanted.length && sizes.every((size, axis) => size === wanted[axis]);
  const moved = isSame ? l.define(output) : l.temporary();
  l.emit("Permute", [l.read(x)], [moved], { 0: orderType(order) });
  if (!isSame) l.reshaped(moved, wanted, l.define(output));
}

function concat(l: Lowering, node: GraphNode): void {
  const [output] = node.outputs as [string];
  const axis = axisIn(l, output, Number(node.attributes.axis));
  if (axis === undefined) unsupported(node, "of batches has no ncnn form");
  const { axes } = l.axes(output);
  const inputs = node.inputs.map((name) => {
    const sizes = axes.map((other) => l.shape(name)[other]!);
    if (l.isConstant(name)) return l.constant(name, sizes);
    return l.axes(name).sizes.length === sizes.length ? l.read(name) : l.reshaped(l.read(name), sizes);
  });
  l.emit("Concat", inputs, [l.define(output)], { 0: axis });
}

function split(l: Lowering, node: GraphNode): void {
  const [x] = node.inputs as [string];
  const axis = axisIn(l, x, Number(node.attributes.axis ?? 0));
  if (axis === undefined) unsupported(node, "of the batch has no ncnn form");
  const rank = l.shape(x).length;
  const position = (Number(node.attributes.axis ?? 0) + rank) % rank;
  const sizes = node.outputs.map((name) => l.shape(name)[position]!);
  const parts = node.outputs.map((name) => {
    const whole = l.axes(x).axes.map((other) => l.shape(name)[other]!);
    const isSame = l.axes(name).sizes.length === whole.length;
    return { name, isSame, blob: isSame ? l.define(name) : l.temporary() };
  });
  l.emit(
    "Slice",
    [l.read(x)],
    parts.map(({ blob }) => blob),
    { 0: sizes, 1: axis },
  );
  for (const { name, isSame, blob } of parts) if (!isSame) l.reshaped(blob, l.axes(name).sizes, l.define(name));
}

function slice(l: Lowering, node: GraphNode): void {
  const [x, startsName, endsName, axesName, stepsName] = node.inputs as [string, string?, string?, string?, string?];
  const [output] = node.outputs as [string];
  const rank = l.shape(x).length;
  const list = (name: string | undefined, attribute: string) =>
    name ? l.numbers(name) : numbersOf(node.attributes[attribute], []);
  const [starts, ends] = [list(startsName, "starts"), list(endsName, "ends")];
  const axes = axesName
    ? l.numbers(axesName)
    : numbersOf(
        node.attributes.axes,
        starts.map((_, axis) => axis),
      );
  if (stepsName && l.numbers(stepsName).some((step) => step !== 1)) unsupported(node, "with steps has no ncnn form");
  const cuts = axes.flatMap((axis, i) => {
    const place = axisIn(l, x, axis);
    const size = l.shape(x)[(axis + rank) % rank]!;
    const bound = (value: number) => Math.min(size, Math.max(0, value < 0 ? value + size : value));
    return place === undefined ? [] : [{ place, start: bound(starts[i]!), end: bound(ends[i]!) }];
  });
  const whole = l.axes(x).axes.map((axis) => l.shape(output)[axis]!);
  crop(l, node, cuts, l.axes(output).sizes.length === whole.length);
}

interface Cut {
  readonly place: number;
  readonly start: number;
  readonly end: number;
}

/** @param isSame the output has the axes that are left of the input */
function crop(l: Lowering, { inputs, outputs }: GraphNode, cuts: readonly Cut[], isSame: boolean): void {
  const output = outputs[0]!;
  const blob = isSame ? l.define(output) : l.temporary();
  l.emit("Crop", [l.read(inputs[0]!)], [blob], {
    9: cuts.map(({ start }) => start),
    10: cuts.map(({ end }) => end),
    11: cuts.map(({ place }) => place),
  });
  if (!isSame) l.reshaped(blob, l.axes(output).sizes, l.define(output));
}

/** One known index, as for the class token: a cut of length 1. */
function gather(l: Lowering, node: GraphNode): void {
  const [x, indices] = node.inputs as [string, string];
  const axis = Number(node.attributes.axis ?? 0);
  const place = axisIn(l, x, axis);
  const known = l.isConstant(indices) ? l.numbers(indices) : [];
  if (place === undefined || known.length !== 1) unsupported(node, "of several indices has no ncnn form");
  const size = l.shape(x).at(axis)!;
  const start = known[0]! < 0 ? known[0]! + size : known[0]!;
  crop(l, node, [{ place, start, end: start + 1 }], l.shape(indices).length === 1);
}

const padModes: Readonly<Record<string, number>> = { constant: 0, edge: 1, reflect: 2 };

function pad(l: Lowering, node: GraphNode): void {
  const [x, padsName, valueName] = node.inputs as [string, string?, string?];
  const rank = l.shape(x).length;
  const pads = padsName ? l.numbers(padsName) : numbersOf(node.attributes.pads, []);
  const value = valueName ? Number(l.floats(valueName)[0]) : Number(node.attributes.value ?? 0);
  const { axes } = l.axes(x);
  const amount = (place: number) => {
    const axis = axes.at(-1 - place);
    return axis === undefined ? [0, 0] : [pads[axis]!, pads[axis + rank]!];
  };
  if (axes.length > 3) unsupported(node, "of more than three axes has no ncnn form");
  const [[left, right], [top, bottom], [front, behind]] = [amount(0), amount(1), amount(2)] as [number, number][] as [
    [number, number],
    [number, number],
    [number, number],
  ];
  l.emit("Padding", [l.read(x)], [l.define(node.outputs[0]!)], {
    0: top,
    1: bottom,
    2: left,
    3: right,
    4: padModes[String(node.attributes.mode ?? "constant")] ?? 0,
    5: real(value),
    7: front,
    8: behind,
  });
}

const resizeTypes: Readonly<Record<string, number>> = { nearest: 1, linear: 2, cubic: 3 };

function resize(l: Lowering, node: GraphNode): void {
  const [, , h, w] = l.shape(node.outputs[0]!) as [number, number, number, number];
  const mode = String(node.attributes.mode ?? "nearest");
  const rule = node.attributes.coordinate_transformation_mode ?? "half_pixel";
  l.emit("Interp", [l.read(node.inputs[0]!)], [l.define(node.outputs[0]!)], {
    0: resizeTypes[mode]!,
    3: h,
    4: w,
    6: rule === "align_corners" ? 1 : 0,
  });
}

function pixelShuffle(l: Lowering, node: GraphNode): void {
  const isColumnsFirst = (node.attributes.mode ?? "DCR") === "CRD";
  l.emit("PixelShuffle", [l.read(node.inputs[0]!)], [l.define(node.outputs[0]!)], {
    0: Number(node.attributes.blocksize),
    1: isColumnsFirst ? 0 : 1,
  });
}

export const shapes: OperatorTable = {
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Slice: slice,
  Gather: gather,
  Pad: pad,
  Resize: resize,
  DepthToSpace: pixelShuffle,
};
