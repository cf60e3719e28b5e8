/**
 * What the fusion experiments are made of: small pieces of a graph that take one tensor and give one of the same shape,
 * so that any number of them can stand one behind another. Weights have no values; writers fill in sane ones.
 */
import { conv as convLayer, type GraphBuilder } from "../graph/index.js";

/** What a block may use besides its input. */
export interface BlockScene {
  readonly b: GraphBuilder;
  /** A run-time tensor of one number per channel: nothing that an engine could fold into weights. */
  gate(): string;
}
/** Adds its operators behind `x` and returns its result, of the shape of `x`. */
export type Block = (scene: BlockScene, x: string) => string;

/** One operator of one input. */
const unary =
  (operator: string, attributes = {}): Block =>
  ({ b }, x) =>
    b.node(operator, [x], attributes);

const scalar = (b: GraphBuilder, value: number) => b.constant([], [value]);
const channels = (b: GraphBuilder, x: string) => b.shape(x)[1]!;
const last = (b: GraphBuilder, x: string) => b.shape(x).at(-1)!;

/** One behind another. */
export const chain =
  (...blocks: readonly Block[]): Block =>
  (scene, x) =>
    blocks.reduce((value, block) => block(scene, value), x);

/** Block `inner`, and the input added to what comes out. */
export const residual =
  (inner: Block): Block =>
  (scene, x) =>
    scene.b.node("Add", [inner(scene, x), x]);

const constantBinary =
  (operator: string, shape: (b: GraphBuilder, x: string) => readonly number[]): Block =>
  ({ b }, x) =>
    b.node(operator, [x, b.constant(shape(b, x))]);

const batchNorm: Block = ({ b }, x) =>
  b.node("BatchNormalization", [x, ...[0, 1, 2, 3].map(() => b.constant([channels(b, x)]))]);

const composedGelu: Block = ({ b }, x) => {
  const erf = b.node("Erf", [b.node("Div", [x, scalar(b, Math.SQRT2)])]);
  return b.node("Mul", [b.node("Mul", [x, b.node("Add", [erf, scalar(b, 1)])]), scalar(b, 0.5)]);
};

const composedHardSwish: Block = ({ b }, x) => {
  const clipped = b.node("Clip", [b.node("Add", [x, scalar(b, 3)]), scalar(b, 0), scalar(b, 6)]);
  return b.node("Div", [b.node("Mul", [x, clipped]), scalar(b, 6)]);
};

const layerNorm: Block = ({ b }, x) => {
  const centred = b.node("Sub", [x, b.node("ReduceMean", [x], { axes: [-1], keepdims: 1 })]);
  const squares = b.node("Pow", [centred, scalar(b, 2)]);
  const variance = b.node("ReduceMean", [squares], { axes: [-1], keepdims: 1 });
  const deviation = b.node("Sqrt", [b.node("Add", [variance, scalar(b, 1e-5)])]);
  const scaled = b.node("Mul", [b.node("Div", [centred, deviation]), b.constant([last(b, x)])]);
  return b.node("Add", [scaled, b.constant([last(b, x)])]);
};

const attention: Block = ({ b }, x) => {
  const scores = b.node("MatMul", [x, b.node("Transpose", [x], { perm: [0, 2, 1] })]);
  const scaled = b.node("Mul", [scores, scalar(b, 0.125)]);
  return b.node("MatMul", [b.node("Softmax", [scaled], { axis: -1 }), x]);
};

const squeezeExcite: Block = ({ b }, x) => {
  const cout = channels(b, x);
  const squeezed = convLayer(b, b.node("GlobalAveragePool", [x]), { cout, kernel: 1, activation: "relu" });
  return b.node("Mul", [x, b.node("Sigmoid", [convLayer(b, squeezed, { cout, kernel: 1 })])]);
};

/** To half the channels twice, side by side, and put together. */
const halvesConcatenated: Block = ({ b }, x) => {
  const half = { cout: channels(b, x) / 2, kernel: 1 };
  return b.node("Concat", [convLayer(b, x, half), convLayer(b, x, half)], { axis: 1 });
};
/** As many convolutions of the same work in a row. */
const halvesInRow: Block = ({ b }, x) => {
  const cout = channels(b, x);
  return convLayer(b, convLayer(b, x, { cout: cout / 2, kernel: 1 }), { cout, kernel: 1 });
};
const splitConcat: Block = ({ b }, x) => {
  const half = channels(b, x) / 2;
  const parts = b.nodes("Split", [x, b.constant([2], [half, half], "int64")], 2, { axis: 1 });
  return b.node("Concat", [parts[1]!, parts[0]!], { axis: 1 });
};

const pad: Block = ({ b }, x) =>
  b.node("Pad", [x, b.constant([8], [0, 0, 1, 1, 0, 0, 1, 1], "int64")], { mode: "constant" });
const conv =
  (padding: number): Block =>
  ({ b }, x) =>
    convLayer(b, x, { cout: channels(b, x), kernel: 3, padding });
const window = (padding: number): Block =>
  unary("AveragePool", { kernel_shape: [3, 3], pads: new Array(4).fill(padding) });

export const blocks = {
  conv: ({ b }, x) => convLayer(b, x, { cout: channels(b, x), kernel: 1 }),
  conv3x3: conv(1),
  "conv3x3 without padding": conv(0),
  dwconv: ({ b }, x) => convLayer(b, x, { cout: channels(b, x), kernel: 3, groups: channels(b, x) }),
  fc: ({ b }, x) => b.node("Gemm", [x, b.constant([last(b, x), last(b, x)]), b.constant([last(b, x)])], { transB: 1 }),
  matmul: ({ b }, x) => b.node("MatMul", [x, b.constant([last(b, x), last(b, x)])]),
  maxpool: unary("MaxPool", { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
  window: window(1),
  "window without padding": window(0),
  softmax: unary("Softmax", { axis: -1 }),
  relu: unary("Relu"),
  relu6: ({ b }, x) => b.node("Clip", [x, scalar(b, 0), scalar(b, 6)]),
  sigmoid: unary("Sigmoid"),
  tanh: unary("Tanh"),
  hswish: unary("HardSwish"),
  "leaky relu": unary("LeakyRelu", { alpha: 0.1 }),
  swish: ({ b }, x) => b.node("Mul", [x, b.node("Sigmoid", [x])]),
  gelu: composedGelu,
  "composed hswish": composedHardSwish,
  batchnorm: batchNorm,
  scale: constantBinary("Mul", (b, x) => [1, channels(b, x), 1, 1]),
  "bias of channels": constantBinary("Add", (b, x) => [1, channels(b, x), 1, 1]),
  bias: constantBinary("Add", (b, x) => [last(b, x)]),
  gate: (scene, x) => scene.b.node("Mul", [x, scene.gate()]),
  "layer norm": layerNorm,
  attention,
  "squeeze-excite": squeezeExcite,
  "swap of rows and columns": unary("Transpose", { perm: [0, 1, 3, 2] }),
  "there and back": chain(unary("Transpose", { perm: [0, 2, 3, 1] }), unary("Transpose", { perm: [0, 3, 1, 2] })),
  "halves concatenated": halvesConcatenated,
  "halves in a row": halvesInRow,
  "split and concat": splitConcat,
  pad,
} as const satisfies Record<string, Block>;
