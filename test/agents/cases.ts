/** Small graphs that between them hold every operator which engines other than ONNX Runtime get from our writers. */
import * as layers from "../../src/graph/index.js";
import { createGraphBuilder, type Graph, type GraphBuilder } from "../../src/graph/index.js";

type Build = (b: GraphBuilder) => string;

const image = (b: GraphBuilder, c = 16, h = 14, w = 14) => b.input("x", [1, c, h, w]);
/** An image that an operator before it has put into the engine's own order. */
const computed = (b: GraphBuilder) => layers.conv(b, image(b), { cout: 16, kernel: 1 });
const tokens = (b: GraphBuilder) => b.input("x", [1, 9, 16]);
const activated = (kind: layers.Activation) => (b: GraphBuilder) => layers.activation(b, image(b), kind);

/** Every engine must run these, and in int8 where it has it. */
const core: Readonly<Record<string, Build>> = {
  "conv 3×3 relu6": (b) => layers.conv(b, image(b), { cout: 24, kernel: 3, activation: "relu6" }),
  "conv stride 2, same": (b) => layers.conv(b, image(b), { cout: 24, kernel: 3, stride: 2, padding: "same" }),
  "conv stride 2, symmetric": (b) => layers.conv(b, image(b), { cout: 24, kernel: 3, stride: 2 }),
  "conv 1×1 relu": (b) => layers.conv(b, image(b), { cout: 24, kernel: 1, activation: "relu" }),
  "depthwise 3×3": (b) => layers.depthwise(b, image(b), { kernel: 3, activation: "relu6" }),
  "depthwise 5×5 stride 2": (b) => layers.depthwise(b, image(b), { kernel: 5, stride: 2 }),
  "conv 3×5": (b) => layers.conv(b, image(b, 8, 10, 12), { cout: 8, kernel: [3, 5], stride: [2, 1] }),
  "residual add": (b) => b.node("Relu", [layers.add(b, computed(b), "x")]),
  "max pool 3×3": (b) => layers.maxPool(b, image(b), { kernel: 3, stride: 2 }),
  "max pool 2×2": (b) => layers.maxPool(b, image(b), { kernel: 2, stride: 2, padding: "valid" }),
  "average pool": (b) => layers.avgPool(b, image(b), { kernel: 2, stride: 2, padding: "valid" }),
  classifier: (b) => layers.fc(b, layers.flatten(b, layers.globalAvgPool(b, computed(b))), 10),
  flatten: (b) => layers.fc(b, layers.flatten(b, layers.conv(b, image(b), { cout: 4, kernel: 1 })), 10),
  concat: (b) =>
    layers.conv(b, layers.concat(b, [computed(b), layers.conv(b, "x", { cout: 4, kernel: 3, activation: "relu" })]), {
      cout: 8,
      kernel: 1,
    }),
};

const others: Readonly<Record<string, Build>> = {
  "dilated conv": (b) => layers.conv(b, image(b), { cout: 8, kernel: 3, dilation: 2 }),
  "grouped conv": (b) => layers.conv(b, image(b), { cout: 32, kernel: 3, groups: 4 }),
  "transposed conv 2×2": (b) => layers.convTranspose(b, image(b), { cout: 8, kernel: 2, stride: 2 }),
  "transposed conv 3×3": (b) => layers.convTranspose(b, image(b), { cout: 8, kernel: 3, stride: 2 }),
  "conv gelu": (b) => layers.activation(b, computed(b), "gelu"),
  "conv hswish": (b) => layers.activation(b, computed(b), "hswish"),
  "gelu by tanh": (b) => layers.geluTanh(b, image(b)),
  relu: activated("relu"),
  swish: activated("swish"),
  hsigmoid: activated("hsigmoid"),
  sigmoid: activated("sigmoid"),
  tanh: activated("tanh"),
  "leaky relu": activated("leaky-relu"),
  elu: activated("elu"),
  softplus: activated("softplus"),
  mish: activated("mish"),
  clip: (b) => b.node("Clip", [image(b), layers.scalar(b, -0.3), layers.scalar(b, 0.5)]),
  "squeeze-and-excite": (b) => layers.squeezeExcite(b, image(b), { squeeze: 4, gate: "hsigmoid" }),
  "average pool, padded": (b) => layers.avgPool(b, image(b), { kernel: 3, stride: 2, padding: "same" }),
  "average pool, padding counted": (b) => layers.avgPool(b, image(b), { kernel: 3, stride: 2, countPadding: true }),
  "average pool, rounded up": (b) =>
    layers.avgPool(b, b.input("x", [1, 8, 7, 7]), { kernel: 2, stride: 2, padding: "valid", ceil: true }),
  "max pool, rounded up": (b) => layers.maxPool(b, image(b), { kernel: 3, stride: 2, padding: "valid", ceil: true }),
  "fc of tokens": (b) => layers.fc(b, tokens(b), 12, { activation: "gelu" }),
  matmul: (b) => b.node("MatMul", [b.input("x", [2, 5, 8]), b.input("y", [2, 8, 6])]),
  split: (b) => {
    const [first, second] = layers.split(b, computed(b), [8, 8]) as [string, string];
    return layers.concat(b, [second, first]);
  },
  "uneven split": (b) => {
    const [first, second] = layers.split(b, computed(b), [6, 10]) as [string, string];
    return layers.concat(b, [second, first]);
  },
  "channel shuffle": (b) => layers.conv(b, layers.channelShuffle(b, computed(b), 4), { cout: 8, kernel: 1 }),
  slice: (b) => layers.slice(b, computed(b), 1, 2, 10),
  "strided slice": (b) => layers.slice(b, computed(b), 1, 2, 10, 2),
  pad: (b) => b.node("Pad", [image(b), layers.integers(b, [0, 1, 2, 3, 0, 0, 1, 2])], { mode: "constant" }),
  "image to tokens": (b) =>
    layers.layerNorm(b, layers.transpose(b, layers.reshape(b, computed(b), [1, 16, 196]), [0, 2, 1])),
  "tokens to image": (b) => {
    const normal = layers.layerNorm(b, layers.transpose(b, layers.reshape(b, computed(b), [1, 16, 196]), [0, 2, 1]));
    const back = layers.reshape(b, layers.transpose(b, normal, [0, 2, 1]), [1, 16, 14, 14]);
    return layers.conv(b, back, { cout: 4, kernel: 3 });
  },
  attention: (b) => {
    const heads = (width: number) =>
      layers.transpose(b, layers.reshape(b, layers.fc(b, "x", width), [1, 9, 2, width / 2]), [0, 2, 1, 3]);
    tokens(b);
    const [q, k, v] = [heads(16), heads(16), heads(16)];
    const attended = layers.attend(b, q!, layers.transpose(b, k!, [0, 1, 3, 2]), v!);
    return layers.reshape(b, layers.transpose(b, attended, [0, 2, 1, 3]), [1, 9, 16]);
  },
  softmax: (b) => layers.softmax(b, b.input("x", [4, 10])),
  "softmax of channels": (b) => layers.softmax(b, image(b), 1),
  "resize nearest": (b) => layers.resize(b, image(b), 28, 28, "nearest"),
  "resize linear": (b) => layers.resize(b, image(b), 28, 28, "linear"),
  "batch norm": (b) => layers.batchNorm(b, image(b)),
  prelu: (b) => b.node("PRelu", [image(b), b.constant([16, 1, 1])]),
  "product by channel": (b) => b.node("Mul", [computed(b), b.input("y", [1, 16, 1, 1])]),
  "sum by column": (b) => b.node("Add", [computed(b), b.input("y", [14])]),
  "sum with a constant row": (b) => b.node("Add", [computed(b), b.constant([14])]),
  "mean of pixels": (b) => layers.mean(b, computed(b), [2, 3]),
  "mean of a row": (b) => layers.mean(b, tokens(b), [-1], true),
  "transpose of an image": (b) => b.node("Transpose", [b.input("x", [1, 4, 6, 8])], { perm: [0, 2, 3, 1] }),
  "transpose of a matrix": (b) => b.node("Transpose", [b.input("x", [6, 8])], { perm: [1, 0] }),
  expand: (b) => b.node("Expand", [b.input("x", [1, 1, 8]), layers.integers(b, [1, 5, 8])]),
  "length of rows": (b) => b.node("ReduceL2", [tokens(b)], { axes: [2], keepdims: 1 }),
  "class token": (b) =>
    layers.fc(b, b.node("Gather", [b.input("x", [1, 9, 16]), b.constant([], [0], "int64")], { axis: 1 }), 12),
  gather: (b) => b.node("Gather", [b.input("x", [9, 8]), layers.integers(b, [3, 1])], { axis: 0 }),
  "depth to space": (b) => b.node("DepthToSpace", [image(b)], { blocksize: 2 }),
};

export interface Case {
  readonly name: string;
  /** Whether every engine must have it. */
  readonly isCore: boolean;
  graph(): Graph;
}

const toCase =
  (isCore: boolean) =>
  ([name, build]: [string, Build]): Case => ({
    name,
    isCore,
    graph() {
      const b = createGraphBuilder(name);
      return b.build([build(b)]);
    },
  });

export const cases: readonly Case[] = [
  ...Object.entries(core).map(toCase(true)),
  ...Object.entries(others).map(toCase(false)),
];
