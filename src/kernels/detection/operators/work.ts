/**
 * What operators without a kernel type cost: FLOPs by a formula each (two for a multiply-add), bytes of what they really read and write, and
 * how such work is done. Sources: ONNX's Operators.md, ONNX Runtime's ContribOperators.md, its CPU kernels where the algorithm decides.
 */
import type { Work } from "../../types/other-operator.js";
import { intAttribute, type WorkNode } from "../work-graph.js";
import { count, type KernelOf, normalAxis, outputShape, shapeOf } from "./entry.js";
import { resized } from "./resized.js";
import { type Cost, elementsAt, type Formula, inputElements, outputElements, written } from "./work-formula.js";

/** So many operations for each element of the first output. */
const each =
  (work: Work, operations: number): Formula =>
  (node) => ({ work, flops: operations * written(node) });

/** So many for each element of the first input. */
const eachRead =
  (work: Work, operations: number): Formula =>
  (node) => ({ work, flops: operations * elementsAt(node, 0) });

/** As many elements read as are written, wherever they are. */
const moved: Formula = (node) => ({ work: "move", flops: 0, read: outputElements(node) });

/** A copy of the data, then the updates at their places. */
const scattered: Formula = (node) => ({
  work: "move",
  flops: elementsAt(node, 2),
  read: elementsAt(node, 0) + elementsAt(node, 1) + elementsAt(node, 2),
  written: written(node) + elementsAt(node, 2),
});

const windowSize = (node: WorkNode) => count((node.attributes.kernel_shape as readonly number[] | undefined) ?? [1]);
/** So many operations for each element of each window. */
const windowed =
  (operations: number): Formula =>
  (node) => ({ work: "scalar", flops: operations * written(node) * windowSize(node) });

/** Means of volumes are divided out window by window; where the place of each maximum is wanted no comparison is vectorised. */
const meanOfWindow = windowed(4);
const maximumOfWindow: Formula = (node) => windowed(node.outputs.length > 1 ? 9 : 0.7)(node);

/** Along the last axis each sum waits for the one before; along others whole rows are added at once. */
const cumulative: Formula = (node) => {
  const rank = shapeOf(node, 0).length;
  const isLast = normalAxis(node.inputs[1]?.values?.[0] ?? 0, rank) === rank - 1;
  return { work: "scalar", flops: (isLast ? 6 : 1) * written(node) };
};

/** Over the last axis, or with strides. */
const normalised: Formula = (node) => {
  const rank = shapeOf(node, 0).length;
  const isLast = normalAxis(intAttribute(node, "axis", -1), rank) === rank - 1;
  return { work: "scalar", flops: (isLast ? 4 : 24) * elementsAt(node, 0) };
};

const log2 = (value: number) => Math.max(1, Math.log2(Math.max(2, value)));

/** Sampling four points of all offset channels, then the product. */
const deformConv: Formula = (node) => {
  const depth = count(shapeOf(node, 1).slice(1));
  const pixels = written(node) / (outputShape(node)[1] ?? 1);
  return { work: "product", flops: 2 * written(node) * depth + sampling * pixels * depth };
};
/** Weights of four neighbours and their sum, in operations of a product's speed: plain loops are slower by as much. Choice. */
const sampling = 100;

/** Any product of letters: every combination of all of them, once for each operand after the first. */
const einsum: Formula = (node) => {
  const [left = ""] = String(node.attributes.equation ?? "")
    .replaceAll(" ", "")
    .split("->");
  const sizes = new Map<string, number>();
  left.split(",").forEach((term, slot) => {
    const shape = shapeOf(node, slot);
    // What `...` stands for has letters of its own.
    const hidden = shape.length - term.replace("...", "").length;
    const letters = [...term.replace("...", "αβγδεζηθ".slice(0, Math.max(0, hidden)))];
    letters.forEach((letter, axis) => {
      sizes.set(letter, Math.max(sizes.get(letter) ?? 1, shape[axis] ?? 1));
    });
  });
  const combinations = [...sizes.values()].reduce((product, size) => product * size, 1);
  return { work: "product", flops: 2 * combinations * Math.max(1, node.inputs.length - 1) };
};

/** Each box against those kept of its class, after sorting. At most `max_output_boxes_per_class` are kept. */
const nonMaxSuppression: Formula = (node) => {
  const [batch = 1, classes = 1, boxes = 1] = shapeOf(node, 1);
  const most = node.inputs[2]?.values?.[0] ?? 0;
  const kept = Math.min(boxes, most > 0 ? most : boxes);
  return { work: "sort", flops: batch * classes * boxes * (log2(boxes) + 0.5 * Math.min(kept, typicallyKept)) };
};
/** Boxes kept of a class: thresholds decide it at run time. Choice. */
const typicallyKept = 300;

const topK: Formula = (node) => ({
  work: "sort",
  // Each element is compared with the least of those kept; those are put in order.
  flops: 0.8 * elementsAt(node, 0) + 10 * written(node) * log2(node.inputs[1]?.values?.[0] ?? 16),
});

/** Frames of a signal: by the fast transform where the length is a power of two, else ONNX Runtime pads to one thrice. */
const fourier = (transforms: number, length: number): Cost => {
  const fast = Number.isInteger(Math.log2(length)) ? 1 : 6;
  return { work: "scalar", flops: 5 * fast * transforms * length * log2(length) };
};
const stft: Formula = (node) => {
  const [batch = 1, frames = 1, bins = 1] = outputShape(node);
  const length = node.inputs[3]?.values?.[0] ?? node.inputs[2]?.shape[0] ?? 2 * (bins - 1);
  return { ...fourier(batch * frames, Math.max(2, length)), read: batch * frames * length };
};
const dft: Formula = (node) => {
  const shape = shapeOf(node, 0);
  const axis = node.inputs[2]?.values?.[0] ?? intAttribute(node, "axis", 1);
  const length = Math.max(2, shape[axis < 0 ? axis + shape.length : axis] ?? 2);
  return fourier(elementsAt(node, 0) / (shape.at(-1)! * length), length);
};

const det: Formula = (node) => {
  const size = shapeOf(node, 0).at(-1) ?? 1;
  return { work: "vector", flops: (4 / 3) * size * elementsAt(node, 0) };
};

const region: Formula = (node) => {
  const points = Math.max(1, intAttribute(node, "sampling_ratio", 2)) ** 2;
  return { work: "scalar", flops: 9 * points * written(node), read: 4 * points * written(node) };
};

/** Products with all weights of `slot`, once for each row of the input. */
const weighted =
  (slot: number): Formula =>
  (node) => ({
    work: "product",
    flops: 2 * (elementsAt(node, 0) / (shapeOf(node, 0).at(-1) ?? 1)) * elementsAt(node, slot),
  });

/** Convolutions of any other rank, in any number format. */
const convolution =
  (slot: number): Formula =>
  (node) => ({ work: "product", flops: 2 * written(node) * count(shapeOf(node, slot).slice(1)) });
const convTransposed: Formula = (node) => ({
  work: "product",
  flops: 2 * elementsAt(node, 0) * count(shapeOf(node, 1).slice(1)),
});

const product: Formula = (node) => ({ work: "product", flops: 2 * written(node) * (shapeOf(node, 0).at(-1) ?? 1) });

/** Scores, softmax and sum of values of all heads; the projections, where its second input is weights. */
const attention: Formula = (node) => {
  const q = shapeOf(node, 0);
  const [batch = 1] = q;
  const queries = q.length === 4 ? q[2]! : (q[1] ?? 1);
  const columns = q.length === 4 ? q[1]! * q[3]! : (q[2] ?? 1);
  const keys = queries + Math.max(shapeOf(node, 4)[2] ?? 0, shapeOf(node, 6)[2] ?? 0);
  const projections = node.inputs[1]?.constant === true ? 2 * batch * queries * elementsAt(node, 1) : 0;
  return { work: "product", flops: projections + 4 * batch * queries * keys * columns };
};

/** Transcendental functions, one call for each element: 15 operations. Choice. */
const called = each("scalar", 15);
const logical = each("vector", 1);

const gridded: Formula = (node) => {
  const axes = shapeOf(node, 0).length - 2;
  return { work: "scalar", flops: written(node) * 4 * 2 ** axes };
};

const formulas: Readonly<Record<string, Formula>> = {
  Acos: called,
  Acosh: called,
  Asin: called,
  Asinh: called,
  Atan: called,
  Atanh: called,
  Cosh: called,
  Sinh: called,
  Tan: called,
  BitShift: logical,
  BitwiseAnd: logical,
  BitwiseNot: logical,
  BitwiseOr: logical,
  BitwiseXor: logical,
  CastLike: logical,
  IsInf: logical,
  IsNaN: logical,
  Hardmax: each("scalar", 2),
  Shrink: logical,
  Trilu: moved,
  AffineGrid: each("product", 6),
  AveragePool: meanOfWindow,
  MaxPool: maximumOfWindow,
  // Powers, whatever the exponent.
  LpPool: windowed(36),
  GlobalLpPool: eachRead("scalar", 28),
  GlobalMaxPool: eachRead("vector", 1),
  MaxRoiPool: region,
  RoiAlign: region,
  MaxUnpool: scattered,
  LRN: (node) => ({ work: "scalar", flops: 60 * written(node) }),
  LpNormalization: normalised,
  MeanVarianceNormalization: eachRead("vector", 20),
  Attention: attention,
  // Of 8-bit integers: a third of the time.
  QAttention: (node) => ({ ...attention(node), flops: 0.3 * attention(node).flops }),
  DecoderMaskedMultiHeadAttention: attention,
  MultiHeadAttention: attention,
  GroupQueryAttention: attention,
  RotaryEmbedding: each("scalar", 4),
  EmbedLayerNormalization: each("vector", 20),
  BiasSoftmax: each("vector", 6),
  Conv: convolution(1),
  ConvInteger: convolution(1),
  QLinearConv: convolution(3),
  ConvTranspose: convTransposed,
  DeformConv: deformConv,
  Einsum: einsum,
  MatMul: product,
  FusedMatMul: product,
  MatMulInteger: product,
  MatMulNBits: product,
  QLinearMatMul: product,
  LSTM: weighted(2),
  GRU: weighted(2),
  RNN: weighted(2),
  GridSample: gridded,
  Resize: resized,
  Upsample: resized,
  DepthToSpace: moved,
  SpaceToDepth: moved,
  Gather: moved,
  GatherND: moved,
  GatherBlockQuantized: each("scalar", 2),
  ReverseSequence: moved,
  Compress: moved,
  CenterCropPad: moved,
  Col2Im: scatteredColumns,
  Scatter: scattered,
  ScatterElements: (node) => ({ work: "scalar", flops: 10 * elementsAt(node, 2) }),
  ScatterND: scattered,
  TensorScatter: scattered,
  CumSum: cumulative,
  CumProd: cumulative,
  Det: det,
  DFT: dft,
  STFT: stft,
  MelWeightMatrix: each("scalar", 4),
  NonMaxSuppression: nonMaxSuppression,
  NonZero: eachRead("scalar", 20),
  Unique: (node) => ({ work: "sort", flops: elementsAt(node, 0) * log2(elementsAt(node, 0)) }),
  TopK: topK,
  OneHot: each("scalar", 4),
  EyeLike: each("vector", 1),
  Range: each("vector", 1),
  ConstantOfShape: each("vector", 1),
  RandomNormal: each("scalar", 30),
  RandomNormalLike: each("scalar", 30),
  RandomUniform: each("scalar", 10),
  RandomUniformLike: each("scalar", 10),
  Bernoulli: each("scalar", 10),
  Multinomial: eachRead("scalar", 10),
  BlackmanWindow: called,
  HammingWindow: called,
  HannWindow: called,
  ReduceL1: eachRead("vector", 1),
  ReduceLogSum: eachRead("vector", 1),
  Shape: () => ({ work: "move", flops: 0, read: 0 }),
  Size: () => ({ work: "move", flops: 0, read: 0 }),
  QLinearAveragePool: windowed(1),
  QLinearGlobalAveragePool: eachRead("vector", 1),
  QLinearConcat: each("vector", 1),
};

function scatteredColumns(node: WorkNode): Cost {
  return { work: "scalar", flops: elementsAt(node, 0) };
}

/** Operators whose work is known though no kernel type describes them. */
export const operatorsOfKnownWork: readonly string[] = Object.keys(formulas).sort();

/** By its formula; of an operator without one only the bytes are known. At 4 bytes an element, as everywhere. */
export function workOf(node: WorkNode): KernelOf {
  const formula = Object.hasOwn(formulas, node.operator) ? formulas[node.operator] : undefined;
  const read = inputElements(node);
  if (formula === undefined) {
    const sizes = { inputBytes: 4 * read, outputBytes: 4 * outputElements(node) };
    return { type: "memory-bound", config: { ...sizes, flops: outputElements(node) } };
  }
  const cost = formula(node);
  const config = {
    work: cost.work,
    inputBytes: Math.round(4 * (cost.read ?? read)),
    outputBytes: Math.round(4 * (cost.written ?? outputElements(node))),
    flops: Math.round(cost.flops),
  };
  return { type: "other-operator", config };
}
