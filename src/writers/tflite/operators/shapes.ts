/** Operators that move, cut, join or repeat elements. */
import {
  type GraphNode,
  identity,
  mergedAxes,
  nhwc,
  permute,
  reshapedPermutation,
  samePermutation,
} from "../../../graph/index.js";
import { unsupported } from "../../operands.js";
import type { Lowering } from "../lowering.js";
import { type LowerOperator, numbersOf, type OperatorTable } from "./common.js";

/** The type that a tensor is there in, for operators that take any. */
const movedType = (l: Lowering) => (l.isInt8 ? "int8" : "float32");

/** Reshape and its kin: bytes stay where they are if the order allows it. */
function reshape(l: Lowering, node: GraphNode): void {
  const [x] = node.inputs as [string];
  const [output] = node.outputs as [string];
  const [from, to] = [l.shape(x), l.shape(output)];
  const preferred = from.length === 4 && !l.isInput(x) ? nhwc : identity(from.length);
  const kept = reshapedPermutation(from, to, l.order(x, preferred));
  const type = movedType(l);
  const input = l.read(x, kept ? l.order(x) : identity(from.length), type);
  const perm = kept ?? identity(to.length);
  const made = l.define(output, perm, type);
  l.reshapeTo(input, made, permute(to, perm));
}

/** Order of an image whose pixels are one axis. */
const pixelsFirst = [0, 2, 1];

/** No bytes move where a transpose only turns TensorFlow's order of images into the graph's, or back. */
function transpose(l: Lowering, node: GraphNode): void {
  const [x] = node.inputs as [string];
  const [output] = node.outputs as [string];
  const rank = l.shape(x).length;
  const axes = numbersOf(node.attributes.perm, [...identity(rank)].reverse());
  const stored = l.order(x, identity(rank));
  const renamed = stored.map((axis) => axes.indexOf(axis));
  const usual = [identity(rank), ...(rank === 4 ? [nhwc] : []), ...(rank === 3 ? [pixelsFirst] : [])];
  const isUsual = usual.some((order) => samePermutation(renamed, order));
  if (isUsual && !l.isInput(x)) {
    l.alias(output, x, renamed);
    return;
  }
  const type = movedType(l);
  const input = l.read(x, stored, type);
  const moves = axes.map((axis) => stored.indexOf(axis));
  const result = l.define(output, identity(rank), type);
  if (rank <= 4) {
    l.emit("TRANSPOSE", [input, l.integers(moves)], [result], { table: "TransposeOptions" });
    return;
  }
  // Old engines transpose four axes at most: axes that stay together become one.
  const merged = mergedAxes(permute(l.shape(x), stored), moves);
  const scale = type === "int8" ? l.scaleOf(x) : undefined;
  const [flat, moved] = [
    l.temporary(merged.sizes, type, scale),
    l.temporary(permute(merged.sizes, merged.perm), type, scale),
  ];
  l.reshapeTo(input, flat, merged.sizes);
  l.emit("TRANSPOSE", [flat, l.integers(merged.perm)], [moved], { table: "TransposeOptions" });
  l.reshapeTo(moved, result, l.shape(output));
}

function concat(l: Lowering, node: GraphNode): void {
  const [output] = node.outputs as [string];
  const rank = l.shape(output).length;
  const axis = (Number(node.attributes.axis) + rank) % rank;
  const running = node.inputs.filter((name) => !l.isConstant(name));
  const settled = running.find((name) => !l.isInput(name)) ?? running[0];
  const perm = settled === undefined ? identity(rank) : l.order(settled);
  const type = movedType(l);
  const scale = l.scaleOf(output);
  // The int8 kernel joins bytes: all parts need the scale of the result.
  const inputs = node.inputs.map((name) =>
    l.isConstant(name) ? l.constant(name, perm, { type }) : l.read(name, perm, type, scale),
  );
  l.emit("CONCATENATION", inputs, [l.define(output, perm, type)], {
    table: "ConcatenationOptions",
    axis: perm.indexOf(axis),
  });
}

function split(l: Lowering, node: GraphNode): void {
  const [x] = node.inputs as [string];
  const rank = l.shape(x).length;
  const axis = (Number(node.attributes.axis ?? 0) + rank) % rank;
  const perm = l.order(x, identity(rank));
  const type = movedType(l);
  const input = l.read(x, perm, type);
  const sizes = node.outputs.map((name) => l.shape(name)[axis]!);
  const outputs = node.outputs.map((name) => l.define(name, perm, type));
  const stored = perm.indexOf(axis);
  if (sizes.every((size) => size === sizes[0]))
    l.emit("SPLIT", [l.integers([stored], []), input], outputs, { table: "SplitOptions", numSplits: sizes.length });
  else
    l.emit("SPLIT_V", [input, l.integers(sizes), l.integers([stored], [])], outputs, {
      table: "SplitVOptions",
      numSplits: sizes.length,
    });
}

/** Starts, ends, axes and steps are inputs from opset 10 on. */
function slice(l: Lowering, node: GraphNode): void {
  const [x, startsName, endsName, axesName, stepsName] = node.inputs as [string, string?, string?, string?, string?];
  const shape = l.shape(x);
  const rank = shape.length;
  const given = (name: string | undefined, attribute: string) =>
    name ? l.numbers(name) : [...numbersOf(node.attributes[attribute], [])];
  const starts = given(startsName, "starts");
  const ends = given(endsName, "ends");
  const axes = axesName ? l.numbers(axesName) : [...numbersOf(node.attributes.axes, identity(starts.length))];
  const steps = stepsName ? l.numbers(stepsName) : starts.map(() => 1);
  if (steps.some((step) => step < 1)) unsupported(node, "with a negative step has no .tflite form");
  const range = shape.map((size) => ({ begin: 0, end: size, step: 1 }));
  for (const [i, axis] of axes.entries()) {
    const size = shape[(axis + rank) % rank]!;
    const bound = (value: number) => Math.min(size, Math.max(0, value < 0 ? value + size : value));
    range[(axis + rank) % rank] = { begin: bound(starts[i]!), end: bound(ends[i]!), step: steps[i]! };
  }
  const perm = l.order(x, identity(rank));
  const stored = permute(range, perm);
  const type = movedType(l);
  const input = l.read(x, perm, type);
  const list = (key: "begin" | "end" | "step") => l.integers(stored.map((axis) => axis[key]));
  l.emit("STRIDED_SLICE", [input, list("begin"), list("end"), list("step")], [l.define(node.outputs[0]!, perm, type)], {
    table: "StridedSliceOptions",
  });
}

function gather(l: Lowering, node: GraphNode): void {
  const [x, indices] = node.inputs as [string, string];
  const rank = l.shape(x).length;
  const axis = (Number(node.attributes.axis ?? 0) + rank) % rank;
  const output = node.outputs[0]!;
  const type = movedType(l);
  const data = l.isConstant(x) ? l.constant(x) : l.read(x, identity(rank), type);
  const picked = l.isConstant(indices)
    ? l.integers(l.numbers(indices), l.shape(indices))
    : l.read(indices, identity(l.shape(indices).length));
  l.emit("GATHER", [data, picked], [l.define(output, identity(l.shape(output).length), type)], {
    table: "GatherOptions",
    axis,
  });
}

function pad(l: Lowering, node: GraphNode): void {
  const [x, padsName, valueName] = node.inputs as [string, string?, string?];
  const rank = l.shape(x).length;
  const pads = padsName ? l.numbers(padsName) : numbersOf(node.attributes.pads, []);
  const value = valueName ? Number(l.floats(valueName)[0]) : Number(node.attributes.value ?? 0);
  const mode = node.attributes.mode ?? "constant";
  if (mode === "edge") unsupported(node, "of mode edge has no .tflite form");
  const perm = l.order(x);
  const type = mode === "constant" && value === 0 ? movedType(l) : "float32";
  const amounts = l.integers(
    perm.flatMap((axis) => [pads[axis]!, pads[axis + rank]!]),
    [rank, 2],
  );
  const input = l.read(x, perm, type);
  const output = l.define(node.outputs[0]!, perm, type);
  if (mode === "reflect") l.emit("MIRROR_PAD", [input, amounts], [output], { table: "MirrorPadOptions", mode: 0 });
  else if (value === 0) l.emit("PAD", [input, amounts], [output], { table: "PadOptions" });
  else l.emit("PADV2", [input, amounts, l.scalar(value)], [output], { table: "PadV2Options" });
}

/** The version of RESIZE_BILINEAR that half pixel centres came with. */
const halfPixelVersion = 3;

/** Images only, by sizes: TensorFlow knows the same two rules for where pixels lie. */
function resize(l: Lowering, node: GraphNode): void {
  const [x] = node.inputs as [string];
  const [output] = node.outputs as [string];
  const {
    mode = "nearest",
    coordinate_transformation_mode: rule = "half_pixel",
    nearest_mode: nearest,
  } = node.attributes;
  const [inputShape, shape] = [l.shape(x), l.shape(output)];
  if (shape.length !== 4 || inputShape[1] !== shape[1]) unsupported(node, "of other than an image has no .tflite form");
  const type = movedType(l);
  const inputs = [l.read(x, nhwc, type), l.integers([shape[2]!, shape[3]!])];
  const made = l.define(output, nhwc, type);
  const alignCorners = rule === "align_corners";
  const halfPixelCenters = rule === "half_pixel" || rule === "pytorch_half_pixel";
  const isWhole = shape.every((size, axis) => size % inputShape[axis]! === 0);
  if (mode === "linear") {
    const options = { table: "ResizeBilinearOptions", alignCorners, halfPixelCenters } as const;
    l.emit("RESIZE_BILINEAR", inputs, [made], options, halfPixelCenters ? halfPixelVersion : 1);
    return;
  }
  // Enlarged by whole factors, every rounding rule picks the same pixel.
  const isFloor = rule === "asymmetric" && nearest === "floor";
  if (mode !== "nearest" || (!isWhole && !isFloor))
    unsupported(node, `of mode ${mode} with ${rule} has no .tflite form`);
  l.emit("RESIZE_NEAREST_NEIGHBOR", inputs, [made], { table: "ResizeNearestNeighborOptions" });
}

/** Channels of a block to pixels, in the order that TensorFlow has (DCR), or pixels to channels. */
function spaceDepth(l: Lowering, node: GraphNode): void {
  const isToSpace = node.operator === "DepthToSpace";
  if (isToSpace && (node.attributes.mode ?? "DCR") !== "DCR") unsupported(node, "of mode CRD has no .tflite form");
  const blockSize = Number(node.attributes.blocksize);
  const input = l.read(node.inputs[0]!, nhwc);
  const output = l.define(node.outputs[0]!, nhwc);
  if (isToSpace) l.emit("DEPTH_TO_SPACE", [input], [output], { table: "DepthToSpaceOptions", blockSize });
  else l.emit("SPACE_TO_DEPTH", [input], [output], { table: "SpaceToDepthOptions", blockSize });
}

function expand(l: Lowering, node: GraphNode): void {
  const [x] = node.inputs as [string];
  const [output] = node.outputs as [string];
  const [from, to] = [l.shape(x), l.shape(output)];
  const rank = to.length;
  const wide = [...new Array<number>(rank - from.length).fill(1), ...from];
  let input = l.read(x, identity(from.length));
  if (from.length !== rank) {
    const reshaped = l.temporary(wide);
    l.reshapeTo(input, reshaped, wide);
    input = reshaped;
  }
  const repeats = l.integers(to.map((size, axis) => size / wide[axis]!));
  l.emit("TILE", [input, repeats], [l.define(output, identity(rank))], { table: "TileOptions" });
}

const identityOperator: LowerOperator = (l, node) =>
  l.alias(node.outputs[0]!, node.inputs[0]!, l.order(node.inputs[0]!));

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
  DepthToSpace: spaceDepth,
  SpaceToDepth: spaceDepth,
  Expand: expand,
  Tile: expand,
  Identity: identityOperator,
  Dropout: identityOperator,
};
