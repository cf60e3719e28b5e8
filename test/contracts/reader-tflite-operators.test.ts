/** Operators of .tflite files one by one, those above all that the writer does not emit: what they are in the graph. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Options } from "../../src/formats/tflite/index.js";
import type { Graph } from "../../src/graph/index.js";
import { readModel } from "../../src/readers/index.js";
import { checkGraphLaws } from "./graph-laws.js";
import { type OperatorLine, type TensorLine, tfliteFile } from "./tflite-models.js";

type Builtin = OperatorLine["builtin"];

/** A model of one operator: run-time inputs, then constants, then outputs. */
function one(
  builtin: Builtin,
  inputs: readonly TensorLine[],
  outputs: readonly TensorLine[],
  options?: Options,
  name?: string,
): Graph {
  const tensors = [...inputs, ...outputs];
  const numbers = tensors.map((_, i) => i);
  const made = numbers.slice(inputs.length);
  const running = numbers.filter((i) => i < inputs.length && !inputs[i]!.values && !inputs[i]!.zeros);
  const line = { builtin, inputs: numbers.slice(0, inputs.length), outputs: made, ...(options ? { options } : {}) };
  const graph = readModel(tfliteFile(tensors, [line], running, made), name === undefined ? {} : { name });
  checkGraphLaws(graph);
  return graph;
}

const operatorsOf = (graph: Graph) => graph.nodes.map(({ operator }) => operator);
const shapesOf = (graph: Graph) => graph.outputs.map((name) => graph.tensors.get(name)!.shape);

function becomes(
  title: string,
  graph: () => Graph,
  operators: readonly string[],
  shapes: readonly (readonly number[])[],
): void {
  test(`tflite: ${title}`, () => {
    const made = graph();
    assert.deepEqual(operatorsOf(made), operators);
    assert.deepEqual(shapesOf(made), shapes);
  });
}

const rows: TensorLine = { shape: [2, 6] };
const image: TensorLine = { shape: [1, 8, 6, 4] };
const ints = (...values: number[]): TensorLine => ({ shape: [values.length], type: "INT32", values });
const int = (value: number): TensorLine => ({ shape: [], type: "INT32", values: [value] });
const weights = (...shape: number[]): TensorLine => ({ shape, zeros: true });

const unary: readonly (readonly [Builtin, string])[] = [
  ["RELU", "Relu"],
  ["RELU6", "Clip"],
  ["RELU_N1_TO_1", "Clip"],
  ["RELU_0_TO_1", "Clip"],
  ["LOGISTIC", "Sigmoid"],
  ["TANH", "Tanh"],
  ["HARD_SWISH", "HardSwish"],
  ["ELU", "Elu"],
  ["EXP", "Exp"],
  ["LOG", "Log"],
  ["SQRT", "Sqrt"],
  ["RSQRT", "Pow"],
  ["NEG", "Neg"],
  ["ABS", "Abs"],
  ["FLOOR", "Floor"],
  ["CEIL", "Ceil"],
  ["ROUND", "Round"],
  ["SIN", "Sin"],
  ["COS", "Cos"],
  ["SIGN", "Sign"],
  ["GELU", "Gelu"],
  ["LEAKY_RELU", "LeakyRelu"],
  ["SQUARE", "Mul"],
  ["SOFTMAX", "Softmax"],
  ["LOG_SOFTMAX", "LogSoftmax"],
  ["L2_NORMALIZATION", "LpNormalization"],
];
for (const [builtin, operator] of unary) becomes(builtin, () => one(builtin, [rows], [rows]), [operator], [[2, 6]]);

const binary: readonly (readonly [Builtin, readonly string[]])[] = [
  ["ADD", ["Add"]],
  ["SUB", ["Sub"]],
  ["MUL", ["Mul"]],
  ["DIV", ["Div"]],
  ["POW", ["Pow"]],
  ["MAXIMUM", ["Max"]],
  ["MINIMUM", ["Min"]],
  ["FLOOR_DIV", ["Div", "Floor"]],
  ["FLOOR_MOD", ["Mod"]],
  ["SQUARED_DIFFERENCE", ["Sub", "Mul"]],
  ["EQUAL", ["Equal"]],
  ["NOT_EQUAL", ["Equal", "Not"]],
  ["LESS", ["Less"]],
  ["GREATER_EQUAL", ["GreaterOrEqual"]],
  ["ADD_N", ["Sum"]],
  ["PRELU", ["PRelu"]],
];
for (const [builtin, operators] of binary)
  becomes(builtin, () => one(builtin, [rows, { shape: [1, 6] }], [rows]), operators, [[2, 6]]);

becomes(
  "ADD with a fused ReLU6",
  () => one("ADD", [rows, rows], [rows], { table: "AddOptions", fusedActivationFunction: 3 }),
  ["Add", "Clip"],
  [[2, 6]],
);
becomes(
  "CONV_2D of SAME padding and stride 2, with a fused ReLU",
  () =>
    one("CONV_2D", [image, weights(5, 3, 3, 4), weights(5)], [{ shape: [1, 4, 3, 5] }], {
      table: "Conv2DOptions",
      padding: 0,
      strideH: 2,
      strideW: 2,
      fusedActivationFunction: 1,
    }),
  ["Conv", "Relu"],
  [[1, 5, 4, 3]],
);
test("tflite: SAME padding has the odd pixel at the end", () => {
  const options = { table: "Conv2DOptions", padding: 0, strideH: 2, strideW: 2 } as const;
  const graph = one("CONV_2D", [image, weights(5, 3, 3, 4), weights(5)], [{ shape: [1, 4, 3, 5] }], options);
  assert.deepEqual(graph.nodes[0]!.attributes.pads, [0, 0, 1, 1]);
});
becomes(
  "CONV_2D in groups, without padding",
  () =>
    one("CONV_2D", [image, weights(6, 3, 3, 2), weights(6)], [{ shape: [1, 6, 4, 6] }], {
      table: "Conv2DOptions",
      padding: 1,
      strideH: 1,
      strideW: 1,
    }),
  ["Conv"],
  [[1, 6, 6, 4]],
);
test("tflite: DEPTHWISE_CONV_2D with a multiplier", () => {
  const graph = one("DEPTHWISE_CONV_2D", [image, weights(1, 3, 3, 8), weights(8)], [{ shape: [1, 8, 6, 8] }], {
    table: "DepthwiseConv2DOptions",
    padding: 0,
    strideH: 1,
    strideW: 1,
    depthMultiplier: 2,
  });
  assert.equal(graph.nodes[0]!.attributes.group, 4);
  assert.deepEqual(graph.tensors.get(graph.nodes[0]!.inputs[1]!)!.shape, [8, 1, 3, 3]);
  assert.deepEqual(shapesOf(graph), [[1, 8, 8, 6]]);
});
becomes(
  "TRANSPOSE_CONV",
  () =>
    one("TRANSPOSE_CONV", [ints(1, 16, 12, 5), weights(5, 3, 3, 4), image], [{ shape: [1, 16, 12, 5] }], {
      table: "TransposeConvOptions",
      padding: 0,
      strideH: 2,
      strideW: 2,
    }),
  ["ConvTranspose"],
  [[1, 5, 16, 12]],
);
for (const [builtin, operator] of [
  ["MAX_POOL_2D", "MaxPool"],
  ["AVERAGE_POOL_2D", "AveragePool"],
] as const)
  becomes(
    builtin,
    () =>
      one(builtin, [image], [{ shape: [1, 4, 3, 4] }], {
        table: "Pool2DOptions",
        padding: 0,
        strideH: 2,
        strideW: 2,
        filterHeight: 3,
        filterWidth: 3,
      }),
    [operator],
    [[1, 4, 4, 3]],
  );
becomes(
  "FULLY_CONNECTED of an image: no transpose before it, no bias of zeros",
  () => one("FULLY_CONNECTED", [image, weights(7, 192), weights(7)], [{ shape: [1, 7] }]),
  ["Reshape", "Gemm"],
  [[1, 7]],
);
becomes(
  "FULLY_CONNECTED that keeps its axes",
  () =>
    one("FULLY_CONNECTED", [{ shape: [1, 3, 6] }, weights(7, 6)], [{ shape: [1, 3, 7] }], {
      table: "FullyConnectedOptions",
      keepNumDims: true,
    }),
  ["MatMul"],
  [[1, 3, 7]],
);
becomes(
  "BATCH_MATMUL with the second operand turned",
  () =>
    one("BATCH_MATMUL", [{ shape: [2, 3, 4] }, { shape: [2, 5, 4] }], [{ shape: [2, 3, 5] }], {
      table: "BatchMatMulOptions",
      adjY: true,
    }),
  ["Transpose", "MatMul"],
  [[2, 3, 5]],
);
becomes("MEAN over pixels", () => one("MEAN", [image, ints(1, 2)], [{ shape: [1, 4] }]), ["ReduceMean"], [[1, 4]]);
becomes("SUM", () => one("SUM", [rows, ints(-1)], [{ shape: [2] }]), ["ReduceSum"], [[2]]);
becomes("ARG_MAX", () => one("ARG_MAX", [rows, int(1)], [{ shape: [2], type: "INT64" }]), ["ArgMax"], [[2]]);
becomes(
  "TOPK_V2",
  () => one("TOPK_V2", [rows, int(3)], [{ shape: [2, 3] }, { shape: [2, 3], type: "INT32" }]),
  ["TopK"],
  [
    [2, 3],
    [2, 3],
  ],
);
becomes(
  "RESHAPE with an open size",
  () => one("RESHAPE", [rows, ints(3, -1)], [{ shape: [3, 4] }]),
  ["Reshape"],
  [[3, 4]],
);
becomes(
  "SQUEEZE",
  () => one("SQUEEZE", [{ shape: [1, 5, 1] }], [{ shape: [5] }], { table: "SqueezeOptions", squeezeDims: [0, -1] }),
  ["Reshape"],
  [[5]],
);
becomes("EXPAND_DIMS", () => one("EXPAND_DIMS", [rows, int(1)], [{ shape: [2, 1, 6] }]), ["Reshape"], [[2, 1, 6]]);
becomes("TRANSPOSE", () => one("TRANSPOSE", [rows, ints(1, 0)], [{ shape: [6, 2] }]), ["Transpose"], [[6, 2]]);
becomes(
  "CONCATENATION",
  () => one("CONCATENATION", [rows, rows], [{ shape: [2, 12] }], { table: "ConcatenationOptions", axis: -1 }),
  ["Concat"],
  [[2, 12]],
);
becomes(
  "SPLIT",
  () => one("SPLIT", [int(1), rows], [{ shape: [2, 3] }, { shape: [2, 3] }]),
  ["Split"],
  [
    [2, 3],
    [2, 3],
  ],
);
becomes(
  "SPLIT_V with an open size",
  () => one("SPLIT_V", [rows, ints(1, -1), int(1)], [{ shape: [2, 1] }, { shape: [2, 5] }]),
  ["Split"],
  [
    [2, 1],
    [2, 5],
  ],
);
becomes(
  "PACK",
  () => one("PACK", [rows, rows], [{ shape: [2, 2, 6] }], { table: "PackOptions", valuesCount: 2, axis: 1 }),
  ["Unsqueeze", "Unsqueeze", "Concat"],
  [[2, 2, 6]],
);
becomes(
  "UNPACK",
  () => one("UNPACK", [rows], [{ shape: [6] }, { shape: [6] }], { table: "UnpackOptions", num: 2 }),
  ["Gather", "Gather"],
  [[6], [6]],
);
becomes(
  "PAD",
  () => one("PAD", [rows, { ...ints(0, 1, 2, 0), shape: [2, 2] }], [{ shape: [3, 8] }]),
  ["Pad"],
  [[3, 8]],
);
becomes(
  "PADV2",
  () => one("PADV2", [rows, { ...ints(0, 1, 2, 0), shape: [2, 2] }, { shape: [], values: [1] }], [{ shape: [3, 8] }]),
  ["Pad"],
  [[3, 8]],
);
becomes(
  "MIRROR_PAD",
  () => one("MIRROR_PAD", [rows, { ...ints(0, 1, 2, 0), shape: [2, 2] }], [{ shape: [3, 8] }]),
  ["Pad"],
  [[3, 8]],
);
becomes("SLICE", () => one("SLICE", [rows, ints(0, 2), ints(2, -1)], [{ shape: [2, 4] }]), ["Slice"], [[2, 4]]);
becomes(
  "STRIDED_SLICE that drops an axis and has masks",
  () =>
    one("STRIDED_SLICE", [rows, ints(1, 3), ints(2, 0), ints(1, 2)], [{ shape: [2] }], {
      table: "StridedSliceOptions",
      endMask: 2,
      shrinkAxisMask: 1,
    }),
  ["Slice", "Squeeze"],
  [[2]],
);
becomes("GATHER", () => one("GATHER", [rows, ints(0, 1, 1)], [{ shape: [3, 6] }]), ["Gather"], [[3, 6]]);
becomes("TILE", () => one("TILE", [rows, ints(2, 1)], [{ shape: [4, 6] }]), ["Tile"], [[4, 6]]);
becomes("CAST", () => one("CAST", [rows], [{ shape: [2, 6], type: "INT32" }]), ["Cast"], [[2, 6]]);
becomes("REVERSE_V2", () => one("REVERSE_V2", [rows, ints(1)], [rows]), ["Slice"], [[2, 6]]);
becomes(
  "RESIZE_BILINEAR",
  () => one("RESIZE_BILINEAR", [image, ints(16, 12)], [{ shape: [1, 16, 12, 4] }]),
  ["Resize"],
  [[1, 4, 16, 12]],
);
becomes(
  "RESIZE_NEAREST_NEIGHBOR",
  () => one("RESIZE_NEAREST_NEIGHBOR", [image, ints(16, 12)], [{ shape: [1, 16, 12, 4] }]),
  ["Resize"],
  [[1, 4, 16, 12]],
);
becomes(
  "DEPTH_TO_SPACE",
  () => one("DEPTH_TO_SPACE", [image], [{ shape: [1, 16, 12, 1] }], { table: "DepthToSpaceOptions", blockSize: 2 }),
  ["DepthToSpace"],
  [[1, 1, 16, 12]],
);
becomes(
  "SPACE_TO_DEPTH",
  () => one("SPACE_TO_DEPTH", [image], [{ shape: [1, 4, 3, 16] }], { table: "SpaceToDepthOptions", blockSize: 2 }),
  ["SpaceToDepth"],
  [[1, 16, 4, 3]],
);
becomes(
  "SPACE_TO_BATCH_ND",
  () =>
    one("SPACE_TO_BATCH_ND", [image, ints(2, 2), { ...ints(0, 0, 1, 1), shape: [2, 2] }], [{ shape: [4, 4, 4, 4] }]),
  ["Pad", "Reshape", "Transpose", "Reshape"],
  [[4, 4, 4, 4]],
);
becomes("SHAPE is known before the model runs", () => one("SHAPE", [rows], [{ shape: [2], type: "INT32" }]), [], [[2]]);
becomes("SELECT_V2", () => one("SELECT_V2", [{ ...rows, type: "BOOL" }, rows, rows], [rows]), ["Where"], [[2, 6]]);

test("tflite: a shape that is computed from a shape is folded", () => {
  const tensors: TensorLine[] = [
    { shape: [4, 6] },
    { shape: [2], type: "INT32" },
    ints(0),
    ints(1),
    ints(1),
    { shape: [], type: "INT32" },
    int(-1),
    { shape: [2], type: "INT32" },
    { shape: [4, 6] },
  ];
  const slice = { table: "StridedSliceOptions", shrinkAxisMask: 1 } as const;
  const bytes = tfliteFile(
    tensors,
    [
      { builtin: "SHAPE", inputs: [0], outputs: [1] },
      { builtin: "STRIDED_SLICE", inputs: [1, 2, 3, 4], outputs: [5], options: slice },
      { builtin: "PACK", inputs: [5, 6], outputs: [7], options: { table: "PackOptions", valuesCount: 2 } },
      { builtin: "RESHAPE", inputs: [0, 7], outputs: [8] },
    ],
    [0],
    [8],
  );
  const graph = readModel(bytes);
  assert.deepEqual(operatorsOf(graph), ["Reshape"]);
  assert.deepEqual(shapesOf(graph), [[4, 6]]);
  assert.deepEqual(shapesOf(readModel(bytes, { inputShapes: { t0: [8, 6] } })), [[8, 6]]);
});

test("tflite: 8-bit tensors between operators have a pair, weights in 8 bits are float", () => {
  const scale = [0.1];
  const bytes = tfliteFile(
    [
      { shape: [1, 4], type: "INT8", scale },
      { shape: [3, 4], type: "INT8", scale, zeros: true },
      { shape: [1, 3], type: "INT8", scale },
      { shape: [1, 3], type: "INT8", scale },
    ],
    [
      { builtin: "FULLY_CONNECTED", inputs: [0, 1, -1], outputs: [2] },
      { builtin: "LOGISTIC", inputs: [2], outputs: [3] },
    ],
    [0],
    [3],
  );
  const pair = ["QuantizeLinear", "DequantizeLinear"];
  const graph = readModel(bytes);
  assert.deepEqual(operatorsOf(graph), [...pair, "Gemm", ...pair, "Sigmoid"]);
  const weight = graph.tensors.get(graph.nodes[2]!.inputs[1]!)!;
  assert.equal(weight.type, "float32");
  assert.equal(weight.constant, true);
});

test("tflite: an input in the graph's own order that is turned first needs no transpose", () => {
  const bytes = tfliteFile(
    [{ shape: [1, 4, 8, 6] }, ints(0, 2, 3, 1), { shape: [1, 8, 6, 4] }, weights(5, 1, 1, 4), { shape: [1, 8, 6, 5] }],
    [
      { builtin: "TRANSPOSE", inputs: [0, 1], outputs: [2] },
      {
        builtin: "CONV_2D",
        inputs: [2, 3],
        outputs: [4],
        options: { table: "Conv2DOptions", strideH: 1, strideW: 1 },
      },
    ],
    [0],
    [4],
  );
  const graph = readModel(bytes);
  assert.deepEqual(operatorsOf(graph), ["Conv"]);
  assert.deepEqual(graph.tensors.get(graph.inputs[0]!)!.shape, [1, 4, 8, 6]);
  assert.deepEqual(shapesOf(graph), [[1, 5, 8, 6]]);
});
