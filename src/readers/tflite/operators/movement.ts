/** Operators that join, cut, pick, pad, repeat or resample elements. */
import { mirrorPadModes } from "../../../formats/tflite/index.js";
import { identity, nhwc, type Permutation } from "../../../graph/index.js";
import { unpermute } from "../growing-graph.js";
import { type FileOperator, optionsOf, unsupported } from "../model.js";
import type { Raising } from "../raising.js";
import {
  activationOf,
  axisOf,
  fail,
  input,
  type OperatorTable,
  optional,
  output,
  type RaiseOperator,
  withoutAxes,
} from "./common.js";
import { reverse, slice, sliceInputs, split, splitV, stridedSlice, unpack } from "./slices.js";

/** The order of what runs; of several that of one whose order was not chosen freely. */
function commonOrder(r: Raising, indices: readonly number[]): Permutation {
  const running = indices.filter((index) => !r.isConstant(index));
  const chosen = running.find((index) => !r.file.inputs.includes(index)) ?? running[0] ?? indices[0]!;
  return r.isConstant(chosen) ? identity(r.order(chosen).length) : r.order(chosen);
}

const concat: RaiseOperator = (r, op) => {
  const parts = op.inputs.map((_, place) => input(op, place));
  if (parts.length === 0) fail(op, "has no input");
  const options = optionsOf(op, "ConcatenationOptions");
  const perm = commonOrder(r, parts);
  const axis = perm[axisOf(op, options.axis ?? 0, perm.length)]!;
  const names = parts.map((index) => r.read(index, perm));
  r.result(output(op), perm, "Concat", names, { axis }, activationOf(r, op, options.fusedActivationFunction));
};

/** One axis more, of one element each, along which the parts are joined. */
const pack: RaiseOperator = (r, op) => {
  const parts = op.inputs.map((_, place) => input(op, place));
  if (parts.length === 0) fail(op, "has no input");
  const stored = r.stored(parts[0]!);
  const axis = axisOf(op, optionsOf(op, "PackOptions").axis ?? 0, stored.length + 1);
  const names = parts.map((index) => r.node("Unsqueeze", [r.read(index), r.integers([axis])]));
  r.result(output(op), identity(stored.length + 1), "Concat", names, { axis });
};

/** Picks along one axis; more batch axes are not taken. */
const gather: RaiseOperator = (r, op) => {
  const { axis = 0, batchDims = 0 } = optionsOf(op, "GatherOptions");
  if (batchDims !== 0) unsupported(op, "with batch axes is not supported");
  const [x, indices] = [input(op, 0), input(op, 1)];
  const rank = r.order(x).length;
  const place = axisOf(op, axis, rank);
  const picked = r.read(indices);
  const added = r.shapeOf(picked).length;
  // More than one axis in place of one: only in the graph's own order do they stay together.
  const perm = added > 1 ? identity(rank) : r.order(x);
  const order = added === 1 ? perm : added === 0 ? withoutAxes(perm, [place]) : identity(rank + added - 1);
  r.result(output(op), order, "Gather", [r.read(x, perm), picked], { axis: perm[place]! });
};

const gatherNd: RaiseOperator = (r, op) => {
  const [x, indices] = [r.read(input(op, 0)), r.read(input(op, 1))];
  const depth = r.shapeOf(indices).at(-1) ?? fail(op, "has a scalar for indices");
  const rank = r.shapeOf(indices).length - 1 + r.shapeOf(x).length - depth;
  if (rank < 0) fail(op, `has indices of ${depth} numbers`);
  r.result(output(op), identity(rank), "GatherND", [x, indices]);
};

/** Before and behind, for each stored axis: the file has pairs, the graph all begins and then all ends. */
function padsOf(r: Raising, op: FileOperator, perm: Permutation): string {
  const pairs = r.numbers(input(op, 1));
  if (pairs.length !== 2 * perm.length || pairs.some((size) => !(size >= 0)))
    fail(op, `has the paddings ${pairs.slice(0, 16)} for ${perm.length} axes`);
  const begins = unpermute(
    perm.map((_, i) => pairs[2 * i]!),
    perm,
  );
  const ends = unpermute(
    perm.map((_, i) => pairs[2 * i + 1]!),
    perm,
  );
  return r.integers([...begins, ...ends]);
}

const pad: RaiseOperator = (r, op) => {
  const { name, perm } = r.value(input(op, 0));
  const border = optional(op, 2);
  const inputs = [name, padsOf(r, op, perm), ...(border === undefined ? [] : [r.read(border)])];
  r.result(output(op), perm, "Pad", inputs);
};

/** SYMMETRIC repeats the border too; ONNX has no word for it, and it costs the same. */
const mirrorPad: RaiseOperator = (r, op) => {
  const { name, perm } = r.value(input(op, 0));
  const { mode = 0 } = optionsOf(op, "MirrorPadOptions");
  if (mode !== mirrorPadModes.REFLECT && mode !== mirrorPadModes.SYMMETRIC) fail(op, `has the mode ${mode}`);
  r.result(output(op), perm, "Pad", [name, padsOf(r, op, perm)], { mode: "reflect" });
};

const resize =
  (mode: "linear" | "nearest", table: "ResizeBilinearOptions" | "ResizeNearestNeighborOptions"): RaiseOperator =>
  (r, op) => {
    const { alignCorners = false, halfPixelCenters = false } = optionsOf(op, table);
    const x = r.read(input(op, 0), nhwc);
    const [height, width] = r.numbers(input(op, 1));
    if (height === undefined || width === undefined) fail(op, "has no sizes");
    const sizes = r.integers([...r.shapeOf(x).slice(0, 2), height, width]);
    const rule = alignCorners ? "align_corners" : halfPixelCenters ? "half_pixel" : "asymmetric";
    const attributes = { mode, coordinate_transformation_mode: rule, nearest_mode: "floor" };
    r.result(output(op), nhwc, "Resize", [x, "", "", sizes], attributes);
  };

const spaceDepth =
  (operator: "DepthToSpace" | "SpaceToDepth", table: "DepthToSpaceOptions" | "SpaceToDepthOptions"): RaiseOperator =>
  (r, op) => {
    const blocksize = optionsOf(op, table).blockSize ?? 0;
    r.result(output(op), nhwc, operator, [r.read(input(op, 0), nhwc)], { blocksize });
  };

const tile: RaiseOperator = (r, op) => {
  const { name, perm } = r.value(input(op, 0));
  const repeats = r.numbers(input(op, 1));
  if (repeats.length !== perm.length) fail(op, `has ${repeats.length} repeats for ${perm.length} axes`);
  r.result(output(op), perm, "Tile", [name, r.integers(unpermute(repeats, perm))]);
};

const broadcastTo: RaiseOperator = (r, op) => {
  const shape = r.numbers(input(op, 1));
  r.result(output(op), identity(shape.length), "Expand", [r.read(input(op, 0)), r.integers(shape)]);
};

const fill: RaiseOperator = (r, op) => {
  const shape = r.numbers(input(op, 0));
  r.result(output(op), identity(shape.length), "Expand", [r.read(input(op, 1)), r.integers(shape)]);
};

const range: RaiseOperator = (r, op) =>
  r.result(
    output(op),
    identity(1),
    "Range",
    [0, 1, 2].map((place) => r.read(input(op, place))),
  );

/** Shapes are known before the model runs. */
const shapeOf: RaiseOperator = (r, op) => {
  const shape = r.stored(input(op, 0));
  const type = r.file.tensor(output(op)).type === "int64" ? "int64" : "int32";
  r.alias(output(op), { name: r.constant([shape.length], shape, type), perm: identity(1) });
};

const rank: RaiseOperator = (r, op) =>
  r.alias(output(op), { name: r.constant([], [r.order(input(op, 0)).length], "int32"), perm: [] });

const zerosLike: RaiseOperator = (r, op) => {
  const stored = r.stored(input(op, 0));
  const zero = r.constant([], [0], r.file.tensor(output(op)).type);
  r.result(output(op), identity(stored.length), "Expand", [zero, r.integers(stored)]);
};

/** Weights that are stored without their zeros: of the whole only shape and type are known before the model runs. */
const densify: RaiseOperator = (r, op) => {
  const { shape, type } = r.file.tensor(output(op));
  r.weight(output(op), shape, type === "float16" ? "float32" : type);
};

const oneHot: RaiseOperator = (r, op) => {
  const indices = r.read(input(op, 0));
  const count = r.shapeOf(indices).length + 1;
  const { axis = 0 } = optionsOf(op, "OneHotOptions");
  const values = r.node(
    "Concat",
    [3, 2].map((place) => r.node("Reshape", [r.read(input(op, place)), r.integers([1])])),
    {
      axis: 0,
    },
  );
  r.result(output(op), identity(count), "OneHot", [indices, r.read(input(op, 1)), values], {
    axis: axisOf(op, axis, count),
  });
};

/** Blocks of pixels to batches: padded, cut, moved. The way in which old converters write dilation. */
const spaceToBatch: RaiseOperator = (r, op) => {
  const block = r.numbers(input(op, 1));
  const pads = r.numbers(input(op, 2));
  const stored = r.stored(input(op, 0));
  const [n, h, w, c] = stored as [number, number, number, number];
  if (stored.length !== 4 || block.length !== 2 || pads.length !== 4 || !block.every((size) => size >= 1))
    unsupported(op, "of other than images is not supported");
  const amounts = r.integers([0, 0, pads[0]!, pads[2]!, 0, 0, pads[1]!, pads[3]!]);
  const padded = r.node("Pad", [r.read(input(op, 0), nhwc), amounts]);
  const [height, width] = [h + pads[0]! + pads[1]!, w + pads[2]! + pads[3]!];
  const [a, b] = block as [number, number];
  if (height % a !== 0 || width % b !== 0) fail(op, `cuts ${height}×${width} pixels into blocks of ${a}×${b}`);
  const cut = r.node("Reshape", [padded, r.integers([n, c, height / a, a, width / b, b])]);
  const moved = r.node("Transpose", [cut], { perm: [3, 5, 0, 1, 2, 4] });
  r.result(output(op), nhwc, "Reshape", [moved, r.integers([n * a * b, c, height / a, width / b])]);
};

const batchToSpace: RaiseOperator = (r, op) => {
  const block = r.numbers(input(op, 1));
  const crops = r.numbers(input(op, 2));
  const stored = r.stored(input(op, 0));
  const [n, h, w, c] = stored as [number, number, number, number];
  if (stored.length !== 4 || block.length !== 2 || crops.length !== 4 || !block.every((size) => size >= 1))
    unsupported(op, "of other than images is not supported");
  const [a, b] = block as [number, number];
  if (n % (a * b) !== 0) fail(op, `makes blocks of ${a}×${b} from ${n} images`);
  const count = n / (a * b);
  const cut = r.node("Reshape", [r.read(input(op, 0), nhwc), r.integers([a, b, count, c, h, w])]);
  const moved = r.node("Transpose", [cut], { perm: [2, 3, 4, 0, 5, 1] });
  const whole = r.node("Reshape", [moved, r.integers([count, c, h * a, w * b])]);
  const ranges = [
    { axis: 1, begin: crops[0]!, end: h * a - crops[1]!, step: 1 },
    { axis: 2, begin: crops[2]!, end: w * b - crops[3]!, step: 1 },
  ];
  r.result(output(op), nhwc, "Slice", sliceInputs(r, whole, nhwc, ranges));
};

export const movements: OperatorTable = {
  CONCATENATION: concat,
  PACK: pack,
  SPLIT: split,
  SPLIT_V: splitV,
  UNPACK: unpack,
  SLICE: slice,
  STRIDED_SLICE: stridedSlice,
  REVERSE_V2: reverse,
  GATHER: gather,
  GATHER_ND: gatherNd,
  PAD: pad,
  PADV2: pad,
  MIRROR_PAD: mirrorPad,
  RESIZE_BILINEAR: resize("linear", "ResizeBilinearOptions"),
  RESIZE_NEAREST_NEIGHBOR: resize("nearest", "ResizeNearestNeighborOptions"),
  DEPTH_TO_SPACE: spaceDepth("DepthToSpace", "DepthToSpaceOptions"),
  SPACE_TO_DEPTH: spaceDepth("SpaceToDepth", "SpaceToDepthOptions"),
  TILE: tile,
  BROADCAST_TO: broadcastTo,
  FILL: fill,
  RANGE: range,
  SHAPE: shapeOf,
  RANK: rank,
  ZEROS_LIKE: zerosLike,
  ONE_HOT: oneHot,
  DENSIFY: densify,
  SPACE_TO_BATCH_ND: spaceToBatch,
  BATCH_TO_SPACE_ND: batchToSpace,
};
