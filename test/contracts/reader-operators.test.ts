/** Shape inference and constant folding, operator by operator, beside what ONNX Runtime computes for the same inputs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { type DataType, inferOutputs, type Tensor } from "../../src/graph/index.js";
import { readAttributes } from "../../src/readers/onnx/attributes.js";
import { type AttributeInit, node, onnxModel, tensor, value } from "./onnx-model.js";

type Input = readonly number[] | { shape: readonly number[]; type?: DataType; values?: readonly number[] } | null;
interface Case {
  readonly operator: string;
  readonly inputs: readonly Input[];
  readonly attributes?: Readonly<Record<string, AttributeInit>>;
  readonly outputs?: number;
  readonly opset?: number;
}

const longs = (...values: number[]): Input => ({ shape: [values.length], type: "int64", values });
const scalar = (value: number, type: DataType = "int64"): Input => ({ shape: [], type, values: [value] });
const floats = (...values: number[]): Input => ({ shape: [values.length], values });
const bools = (...values: number[]): Input => ({ shape: [values.length], type: "bool", values });
const bytes = (shape: readonly number[], type: DataType = "uint8"): Input => ({ shape, type });

const cases: Case[] = [];
const add = (
  operator: string,
  inputs: readonly Input[],
  attributes: Readonly<Record<string, AttributeInit>> = {},
  more: { outputs?: number; opset?: number } = {},
): void => {
  cases.push({ operator, inputs, attributes, ...more });
};

const image = [1, 8, 11, 9];
for (const operator of [
  "Relu",
  "Sigmoid",
  "Tanh",
  "Erf",
  "Exp",
  "Sqrt",
  "Abs",
  "Neg",
  "Ceil",
  "Floor",
  "Round",
  "Sin",
  "Cos",
  "Reciprocal",
  "Sign",
  "Log",
  "Softplus",
  "Softsign",
  "HardSwish",
  "Mish",
  "Elu",
  "Selu",
  "LeakyRelu",
  "HardSigmoid",
  "ThresholdedRelu",
  "Celu",
  "Softmax",
  "LogSoftmax",
  "Hardmax",
  "Identity",
]) {
  add(operator, [{ shape: [2, 4], values: [-2.5, -0.5, 0.5, 1.5, 2.5, 3.7, 0.1, 9] }], {}, { opset: 18 });
}
add("Gelu", [image], {}, { opset: 20 });
for (const operator of ["Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Sum", "Mean", "PRelu"]) {
  add(operator, [
    [2, 1, 4],
    [3, 1],
  ]);
  add(operator, [floats(7, -7, 0.5), floats(2, 3, 4)]);
}
for (const operator of ["Add", "Sub", "Mul", "Div", "Mod", "Max", "Min"])
  add(operator, [longs(7, -7, 9), longs(2, 2, -4)]);
add("Mod", [floats(7.5, -7.5), floats(2, 2)], { fmod: 1 });
for (const operator of ["Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual"])
  add(operator, [longs(1, 2, 3), scalar(2)]);
for (const operator of ["And", "Or", "Xor"]) add(operator, [bools(0, 1, 0, 1), bools(0, 0, 1, 1)]);
add("Not", [bools(0, 1)]);
for (const operator of ["Acos", "Asinh", "Atan", "Cosh", "Tan", "Sinh", "Shrink", "IsNaN"]) add(operator, [[2, 3]]);
add("IsInf", [floats(1, -2)], {}, { opset: 20 });
add("BitShift", [bytes([2, 3]), bytes([3])], { direction: "LEFT" });
add("BitwiseAnd", [longs(6, 5), longs(3)], {}, { opset: 18 });
add("Where", [bools(1, 0, 1), longs(1, 2, 3), longs(9)]);
add("Where", [{ shape: [2, 1], type: "bool" }, [1, 3], [4, 1, 1]]);
add("Clip", [floats(-3, 0.5, 9), scalar(0, "float32"), scalar(6, "float32")]);
add("Clip", [floats(-3, 0.5, 9), null, scalar(6, "float32")]);
add("Clip", [floats(-3, 0.5, 9)], { min: -1.5, max: 2.5 }, { opset: 9 });
add("Cast", [floats(1.7, -1.7, 0)], { to: 7 });
add("Cast", [floats(1.5, 0)], { to: 9 });
add("CastLike", [floats(1.7), longs(1)]);
add("Dropout", [image], {}, { outputs: 2 });
add("Dropout", [image], { ratio: 0.25 }, { opset: 9 });

for (const auto_pad of ["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"]) {
  add("Conv", [image, [6, 8, 3, 2]], { auto_pad, strides: [2, 3] });
  add("MaxPool", [image], { auto_pad, kernel_shape: [3, 2], strides: [2, 2] });
  add("AveragePool", [image], { auto_pad, kernel_shape: [3, 2], strides: [2, 2] });
}
add("Conv", [image, [8, 2, 3, 3], [8]], { group: 4, pads: [1, 2, 0, 1], dilations: [2, 3], strides: [1, 2] });
add(
  "Conv",
  [
    [1, 4, 20],
    [4, 4, 5],
  ],
  { kernel_shape: [5] },
);
add("ConvTranspose", [image, [8, 3, 3, 3]], { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 0] });
add("ConvTranspose", [image, [8, 2, 2, 2]], { group: 2, strides: [2, 2], dilations: [2, 1] });
add("ConvTranspose", [image, [8, 3, 3, 3]], { strides: [2, 2], output_shape: [22, 18] });
add("ConvTranspose", [image, [8, 3, 3, 3]], { strides: [2, 2], auto_pad: "SAME_UPPER" });
add("ConvInteger", [bytes(image), bytes([6, 8, 3, 3])], { pads: [1, 1, 1, 1] });
for (let size = 5; size <= 12; size++) {
  for (const [kernel, stride, pad] of [
    [2, 2, 0],
    [3, 2, 1],
    [3, 2, 0],
    [3, 3, 1],
    [2, 3, 1],
  ] as const) {
    const attributes = {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
      ceil_mode: 1,
    };
    add("MaxPool", [[1, 1, size, size + 1]], attributes);
    add("AveragePool", [[1, 1, size, size + 1]], attributes, { opset: 19 });
  }
}
add("MaxPool", [image], { kernel_shape: [3, 3], dilations: [2, 2] }, { outputs: 2 });
for (const operator of ["GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool", "MeanVarianceNormalization"])
  add(operator, [image]);
add("BatchNormalization", [image, [8], [8], [8], [8]]);
add("InstanceNormalization", [image, [8], [8]]);
add("LayerNormalization", [image, [9], [9]], {}, { outputs: 3 });
add("LayerNormalization", [image, [11, 9]], { axis: 2 });
add("GroupNormalization", [image, [8], [8]], { num_groups: 2 }, { opset: 21 });
add("LpNormalization", [image], { axis: 1 });
add("LRN", [image], { size: 3 });
add("RMSNormalization", [image, [9]], {}, { opset: 23 });

for (const [a, b] of [
  [
    [2, 3],
    [3, 4],
  ],
  [
    [5, 2, 3],
    [3, 4],
  ],
  [
    [5, 1, 2, 3],
    [7, 3, 4],
  ],
  [[3], [3, 4]],
  [[2, 3], [3]],
  [[3], [3]],
  [
    [2, 3],
    [6, 3, 4],
  ],
] as const) {
  add("MatMul", [a, b]);
}
add("MatMulInteger", [bytes([2, 3]), bytes([3, 4])]);
add("Gemm", [[2, 3], [4, 3], [4]], { transB: 1 });
add(
  "Gemm",
  [
    [3, 2],
    [3, 4],
  ],
  { transA: 1 },
);
for (const [equation, shapes] of [
  [
    "bij,bjk->bik",
    [
      [2, 3, 4],
      [2, 4, 5],
    ],
  ],
  [
    "bhwc,hkc->bhwk",
    [
      [1, 3, 4, 5],
      [3, 6, 5],
    ],
  ],
  [
    "ij,jk",
    [
      [2, 3],
      [3, 4],
    ],
  ],
  [
    "...ij,...jk->...ik",
    [
      [5, 2, 3],
      [5, 3, 4],
    ],
  ],
  ["ii->i", [[3, 3]]],
  ["i,i->", [[3], [3]]],
] as const) {
  add("Einsum", shapes, { equation });
}

for (const operator of [
  "ReduceMean",
  "ReduceSum",
  "ReduceMax",
  "ReduceMin",
  "ReduceProd",
  "ReduceL1",
  "ReduceL2",
  "ReduceSumSquare",
  "ReduceLogSumExp",
]) {
  const x: Input = { shape: [2, 2, 2], values: [1, 2, 3, 4, 5, 6, 7, 8] };
  add(operator, [x, longs(1, -1)], { keepdims: 0 }, { opset: 18 });
  add(operator, [x, longs(1)], {}, { opset: 18 });
  add(operator, [x], {}, { opset: 18 });
  add(operator, [x], { noop_with_empty_axes: 1 }, { opset: 18 });
  if (operator !== "ReduceSum") add(operator, [x], { axes: [0, 2] }, { opset: 13 });
}
add("ReduceSum", [image], { axes: [2, 3] }, { opset: 11 });
add("ReduceProd", [longs(2, 3, 4)], { keepdims: 0 });
for (const operator of ["ArgMax", "ArgMin"]) {
  add(operator, [image], { axis: 1 });
  add(operator, [image], { axis: -1, keepdims: 0 });
}
add("TopK", [image, longs(3)], { axis: 1 }, { outputs: 2 });
add("CumSum", [longs(1, 2, 3), scalar(0)]);

add("Reshape", [image, longs(0, -1)]);
add("Reshape", [longs(1, 2, 3, 4), longs(2, 2)]);
add("Reshape", [[0, 3], longs(3, 0)], { allowzero: 1 });
add("Flatten", [image], { axis: 2 });
add("Flatten", [image], { axis: -1 });
add("Flatten", [image], { axis: 0 });
add("Transpose", [image], { perm: [0, 2, 3, 1] });
add("Transpose", [{ shape: [2, 3], type: "int64", values: [1, 2, 3, 4, 5, 6] }]);
add("Transpose", [{ shape: [2, 1, 2], type: "int64", values: [1, 2, 3, 4] }], { perm: [1, 2, 0] });
add("Squeeze", [[1, 3, 1, 2]]);
add("Squeeze", [[1, 3, 1, 2], longs(-2)]);
add("Squeeze", [[1, 3, 1, 2]], { axes: [0] }, { opset: 11 });
add("Unsqueeze", [[3, 2], longs(0, -1)]);
add("Unsqueeze", [[3, 2]], { axes: [1, 3] }, { opset: 11 });
add("Expand", [[3, 1], longs(2, 1, 4)]);
add("Expand", [{ shape: [2, 1], type: "int64", values: [5, 6] }, longs(2, 3)]);
add("Tile", [[2, 3], longs(2, 1)]);
add("Tile", [longs(1, 2), longs(3)]);
add("DepthToSpace", [[1, 8, 3, 5]], { blocksize: 2 });
add("SpaceToDepth", [[1, 2, 6, 4]], { blocksize: 2 });
add("Trilu", [{ shape: [3, 3], type: "int64", values: [1, 2, 3, 4, 5, 6, 7, 8, 9] }]);
add("Trilu", [{ shape: [2, 3], type: "int64", values: [1, 2, 3, 4, 5, 6] }, scalar(-1)], { upper: 0 });

for (const [starts, ends, axes, steps] of [
  [[1], [4], [1], [1]],
  [[-3], [2 ** 53], [2], [2]],
  [
    [7, 0],
    [-(2 ** 53), 2],
    [1, 3],
    [-1, 1],
  ],
  [[-1], [-20], [-1], [-3]],
  [[5], [2], [1], [1]],
] as const) {
  add("Slice", [image, longs(...starts), longs(...ends), longs(...axes), longs(...steps)]);
}
add("Slice", [longs(1, 2, 3, 4, 5), longs(-2), longs(-5), longs(0), longs(-1)]);
add("Slice", [{ shape: [2, 3], type: "int64", values: [1, 2, 3, 4, 5, 6] }, longs(1), longs(3), longs(1)]);
add("Slice", [image], { starts: [1, 2], ends: [3, -1] }, { opset: 9 });
add("Split", [image], { axis: 1, num_outputs: 3 }, { outputs: 3, opset: 18 });
add("Split", [longs(1, 2, 3, 4), longs(1, 3)], {}, { outputs: 2 });
add("Split", [image], { axis: 1, split: [2, 6] }, { outputs: 2, opset: 11 });
add(
  "Concat",
  [
    [1, 2, 3],
    [1, 4, 3],
  ],
  { axis: -2 },
);
add(
  "Concat",
  [
    { shape: [2, 1], type: "int64", values: [1, 2] },
    { shape: [2, 2], type: "int64", values: [3, 4, 5, 6] },
  ],
  { axis: 1 },
);
add("Gather", [longs(5, 6, 7), scalar(-1)]);
add(
  "Gather",
  [
    { shape: [2, 2], type: "int64", values: [1, 2, 3, 4] },
    { shape: [1, 2], type: "int64", values: [1, 0] },
  ],
  { axis: 1 },
);
add("GatherElements", [image, { shape: [1, 8, 3, 9], type: "int64" }], { axis: 2 });
add("GatherND", [image, { shape: [5, 2], type: "int64" }]);
add("GatherND", [[2, 3, 4], { shape: [2, 1], type: "int64" }], { batch_dims: 1 });
add("ScatterND", [longs(1, 2, 3), { shape: [1, 1], type: "int64", values: [1] }, longs(9)]);
add("ScatterElements", [[3, 3], { shape: [1, 3], type: "int64" }, [1, 3]]);
add("Pad", [image, longs(0, 1, 2, 3, 0, -1, 1, 0)]);
add("Pad", [image, longs(1, 2, 3, 4), null, longs(2, -1)], {}, { opset: 18 });
add("Pad", [image], { pads: [0, 0, 1, 1, 0, 0, 2, 2] }, { opset: 9 });
add("OneHot", [longs(0, 2, 1), scalar(4), floats(0, 1)], { axis: 0 });
add("Compress", [image, bools(0, 1, 1)], { axis: 2 });

add("Resize", [image, null, floats(1, 1, 2, 1.7)]);
add("Resize", [image, null, null, longs(1, 8, 5, 31)]);
add("Resize", [image, null, null, longs(20, 30)], { axes: [2, 3] }, { opset: 18 });
for (const keep_aspect_ratio_policy of ["not_larger", "not_smaller"]) {
  add("Resize", [image, null, null, longs(20, 30)], { axes: [2, 3], keep_aspect_ratio_policy }, { opset: 18 });
}
add("Resize", [image, floats(1, 1, 0.5, 0.5)], {}, { opset: 10 });
add("Upsample", [image, floats(1, 1, 2, 3)], {}, { opset: 9 });
add("Upsample", [image], { scales: [1, 1, 2.5, 3] }, { opset: 7 });
add("GridSample", [image, [1, 5, 6, 2]], {}, { opset: 16 });
add("AffineGrid", [[1, 2, 3], longs(1, 3, 5, 6)], {}, { opset: 20 });
add("CenterCropPad", [image, longs(20, 4)], { axes: [2, 3] }, { opset: 18 });
add("MaxRoiPool", [image, [2, 5]], { pooled_shape: [3, 4] });
add("LpPool", [image], { kernel_shape: [3, 2], strides: [2, 2] });
add("ReverseSequence", [[4, 2, 3], longs(1, 2)]);
add("Det", [[5, 3, 3]]);
add("RoiAlign", [image, [2, 4], { shape: [2], type: "int64" }], { output_height: 3, output_width: 4 });
add("Col2Im", [[1, 8, 12], longs(4, 5), longs(2, 2)], {}, { opset: 18 });

add("QuantizeLinear", [image, scalar(0.1, "float32"), scalar(3, "uint8")]);
add("DequantizeLinear", [bytes(image, "int8"), scalar(0.1, "float32"), scalar(0, "int8")]);
add("DynamicQuantizeLinear", [image], {}, { outputs: 3 });
const q = (shape: readonly number[]): Input[] => [bytes(shape), scalar(0.1, "float32"), scalar(0, "uint8")];
const result = [scalar(0.2, "float32"), scalar(0, "uint8")];
add("QLinearConv", [...q(image), ...q([4, 8, 3, 3]), ...result], { strides: [2, 2] });
add("QLinearMatMul", [...q([2, 3]), ...q([3, 4]), ...result]);

add("Shape", [image], { start: 1, end: -1 });
add("Size", [image]);
add("ConstantOfShape", [longs(2, 3)], { value: tensor("", [1], [7], "int64") });
add("Range", [scalar(2), scalar(11), scalar(3)]);
add("Range", [scalar(0, "float32"), scalar(1, "float32"), scalar(0.3, "float32")]);
add("NonZero", [longs(0, 3, 0, 4)]);
add("EyeLike", [[3, 4]], { dtype: 7 });
add("RandomNormalLike", [image]);
add("RandomUniform", [], { shape: [2, 3] });
add("HannWindow", [scalar(5)]);

add(
  "Attention",
  [
    [1, 4, 10, 8],
    [1, 2, 12, 8],
    [1, 2, 12, 6],
  ],
  {},
  { opset: 23 },
);
add(
  "Attention",
  [
    [1, 10, 32],
    [1, 12, 16],
    [1, 12, 12],
  ],
  { q_num_heads: 4, kv_num_heads: 2 },
  { opset: 23 },
);
add("RotaryEmbedding", [[1, 2, 5, 8], [5, 4], [5, 4], { shape: [1, 5], type: "int64" }], {}, { opset: 23 });
add(
  "LSTM",
  [
    [5, 2, 3],
    [2, 16, 3],
    [2, 16, 4],
  ],
  { hidden_size: 4, direction: "bidirectional" },
  { outputs: 3 },
);
add(
  "GRU",
  [
    [5, 2, 3],
    [1, 12, 3],
    [1, 12, 4],
  ],
  { hidden_size: 4 },
  { outputs: 2 },
);

for (const operator of ["Gelu", "FastGelu", "QuickGelu"]) add(`com.microsoft:${operator}`, [image]);
add("com.microsoft:BiasGelu", [[2, 3], [3]]);
add(
  "com.microsoft:FusedMatMul",
  [
    [5, 3, 2],
    [5, 4, 3],
  ],
  { transA: 1, transB: 1 },
);
add("com.microsoft:FusedConv", [image, [6, 8, 3, 3]], { activation: "Relu" });
add("com.microsoft:QLinearMul", [...q([2, 1]), ...q([3]), ...result]);
for (const operator of ["QLinearSigmoid", "QLinearLeakyRelu"])
  add(`com.microsoft:${operator}`, [...q([2, 3]), ...result]);
add("com.microsoft:QLinearAveragePool", [...q(image), ...result], { kernel_shape: [2, 2], strides: [2, 2] });
add("com.microsoft:DynamicQuantizeMatMul", [[2, 3], bytes([3, 4]), scalar(0.1, "float32")]);
add("com.microsoft:QLinearAdd", [...q([2, 1]), ...q([3]), ...result]);
add("com.microsoft:QLinearConcat", [...result, ...q([1, 2]), ...q([1, 3])], { axis: 1 });
add("com.microsoft:QLinearGlobalAveragePool", [bytes(image), scalar(0.1, "float32"), scalar(0, "uint8"), ...result]);
add("com.microsoft:QLinearGlobalAveragePool", [bytes([1, 7, 6, 8]), ...result, ...result], { channels_last: 1 });
add("com.microsoft:QLinearConv", [...q(image), ...q([4, 8, 3, 3]), ...result], { strides: [2, 2], pads: [1, 0, 1, 0] });
const nhwc = bytes([1, 11, 9, 8]);
add("com.microsoft:QLinearConv", [nhwc, ...result, ...q([4, 8, 3, 2]), ...result], {
  channels_last: 1,
});
add("com.microsoft:NhwcMaxPool", [nhwc], { kernel_shape: [3, 3], strides: [2, 2] });
add("com.microsoft:QGemm", [...q([2, 3]), ...q([3, 4])]);
add("com.microsoft:MatMulIntegerToFloat", [
  bytes([2, 3]),
  bytes([3, 4]),
  scalar(0.1, "float32"),
  scalar(0.1, "float32"),
]);
add("com.microsoft:SkipLayerNormalization", [[1, 2, 8], [1, 2, 8], [8], [8]]);
const zeros = { shape: [1, 3], type: "int32", values: [0, 0, 0] } as const;
add("com.microsoft:EmbedLayerNormalization", [zeros, zeros, [5, 8], [4, 8], [2, 8], [8], [8]], {}, { outputs: 2 });
add(
  "com.microsoft:MultiHeadAttention",
  [
    [1, 5, 8],
    [1, 6, 8],
    [1, 6, 8],
  ],
  { num_heads: 2 },
);

interface FullInput {
  readonly shape: readonly number[];
  readonly type: DataType;
  readonly values: readonly number[];
}

function fullInput(input: NonNullable<Input>): FullInput {
  const given = "shape" in input ? input : { shape: input };
  const count = given.shape.reduce((product, size) => product * size, 1);
  return {
    shape: given.shape,
    type: given.type ?? "float32",
    values: given.values ?? new Array<number>(count).fill(0),
  };
}

function ortTensor({ shape, type, values }: FullInput): OrtTensor {
  const data =
    type === "int64"
      ? BigInt64Array.from(values, BigInt)
      : type === "float32"
        ? Float32Array.from(values)
        : type === "int32"
          ? Int32Array.from(values)
          : type === "int8"
            ? Int8Array.from(values)
            : Uint8Array.from(values);
  return new OrtTensor(type as "float32", data as Float32Array, [...shape]);
}

async function runtimeOutputs({ operator, inputs, attributes = {}, outputs = 1, opset = 17 }: Case) {
  const present = inputs.map((input, i) => (input === null ? undefined : { name: `i${i}`, ...fullInput(input) }));
  const names = Array.from({ length: outputs }, (_, i) => `o${i}`);
  const model = onnxModel({
    inputs: present.flatMap((input) => (input ? [value(input.name, input.shape, input.type)] : [])),
    nodes: [
      node(
        operator,
        present.map((input) => input?.name ?? ""),
        names,
        attributes,
      ),
    ],
    outputs: names,
    opset,
  });
  const session = await InferenceSession.create(model, { graphOptimizationLevel: "disabled", logSeverityLevel: 4 });
  const feeds = Object.fromEntries(present.flatMap((input) => (input ? [[input.name, ortTensor(input)]] : [])));
  const results = await session.run(feeds);
  await session.release();
  return names.map((name) => results[name]!);
}

function inferred({ operator, inputs, attributes = {}, outputs = 1, opset = 17 }: Case): Tensor[] {
  const proto = node(
    operator,
    [],
    Array.from({ length: outputs }, (_, i) => `o${i}`),
    attributes,
  );
  const tensors = inputs.map((input, i) =>
    input === null ? undefined : { name: `i${i}`, constant: true, ...fullInput(input) },
  );
  const described = { name: operator, operator: proto.opType, domain: proto.domain, inputs: [], outputs: proto.output };
  return inferOutputs({ ...described, attributes: readAttributes(proto, undefined).values }, tensors, opset);
}

const caseName = ({ operator, inputs, attributes, opset }: Case) =>
  JSON.stringify([operator, opset, attributes, inputs], (key, item) =>
    key.startsWith("$") ? undefined : typeof item === "bigint" ? Number(item) : item,
  );

/** What is wrong with ours, if anything. */
function difference(ours: Tensor, theirs: OrtTensor): string | undefined {
  if (String(ours.shape) !== String(theirs.dims)) return `shape [${ours.shape}] instead of [${theirs.dims}]`;
  if (ours.type !== theirs.type) return `type ${ours.type} instead of ${theirs.type}`;
  if (ours.values === undefined) return undefined;
  const expected = Array.from(theirs.data as Float32Array, Number);
  const values = Array.from(ours.values);
  const alike = (a: number, b: number) => Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-5 * (1 + Math.abs(a));
  const same = values.length === expected.length && values.every((value, i) => alike(value, expected[i]!));
  return same ? undefined : `values ${values} instead of ${expected}`;
}

async function check(one: Case): Promise<string[]> {
  try {
    const expected = await runtimeOutputs(one);
    const ours = inferred(one);
    return ours.flatMap((tensor, i) => difference(tensor, expected[i]!) ?? []);
  } catch (error) {
    return [(error as Error).message];
  }
}

test(`${cases.length} uses of operators have the shapes, types and values that ONNX Runtime computes`, async () => {
  const wrong: string[] = [];
  for (const one of cases) for (const problem of await check(one)) wrong.push(`${caseName(one)}: ${problem}`);
  assert.deepEqual(wrong, []);
});
