/** Small .tflite files for tests: graphs of many operators through the writer, and operators that no writer here emits. */
import {
  builtinOperators,
  encodeTflite,
  type Options,
  type TfliteTensor,
  tensorTypes,
} from "../../src/formats/tflite/index.js";
import { createGraphBuilder, type Graph } from "../../src/graph/index.js";

/** Convolutions, pools, a squeeze-and-excite branch, groups shuffled, a classifier. */
export function smallImageNet(): Graph {
  const b = createGraphBuilder("small", 17);
  const conv = (x: string, cout: number, cin: number, kernel: number, more: Record<string, number | number[]> = {}) =>
    b.node("Conv", [x, b.constant([cout, cin, kernel, kernel]), b.constant([cout])], {
      pads: new Array<number>(4).fill((kernel - 1) / 2),
      ...more,
    });
  const relu = (x: string) => b.node("Relu", [x]);
  let x = relu(conv(b.input("x", [1, 3, 16, 16]), 8, 3, 3, { strides: [2, 2] }));
  x = b.node("MaxPool", [x], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
  x = b.node("HardSwish", [conv(x, 8, 1, 3, { group: 8 })]);
  const pooled = b.node("GlobalAveragePool", [x]);
  x = b.node("Mul", [x, b.node("HardSigmoid", [conv(pooled, 8, 8, 1)], { alpha: 1 / 6, beta: 0.5 })]);
  const [left, right] = b.nodes("Split", [x], 2, { axis: 1 }) as [string, string];
  x = b.node("Concat", [left, b.node("Add", [relu(right), left])], { axis: 1 });
  const cut = b.node("Reshape", [x, b.constant([5], [1, 2, 4, 4, 4], "int64")]);
  const shuffled = b.node("Transpose", [cut], { perm: [0, 2, 1, 3, 4] });
  x = b.node("Reshape", [shuffled, b.constant([4], [1, 8, 4, 4], "int64")]);
  x = b.node("Flatten", [b.node("GlobalAveragePool", [x])], { axis: 1 });
  x = b.node("Gemm", [x, b.constant([5, 8]), b.constant([5])], { transB: 1 });
  return b.build([b.node("Softmax", [x], { axis: -1 })]);
}

/** One block of attention over rows. */
export function smallAttention(): Graph {
  const b = createGraphBuilder("attention", 17);
  const x = b.input("x", [1, 6, 8]);
  const normal = b.node("LayerNormalization", [x, b.constant([8]), b.constant([8])], { axis: -1, epsilon: 1e-5 });
  const linear = (from: string) => b.node("Add", [b.node("MatMul", [from, b.constant([8, 8])]), b.constant([8])]);
  const heads = (from: string, perm: number[]) =>
    b.node("Transpose", [b.node("Reshape", [from, b.constant([4], [1, 6, 2, 4], "int64")])], { perm });
  const scores = b.node("MatMul", [heads(linear(normal), [0, 2, 1, 3]), heads(linear(normal), [0, 2, 3, 1])]);
  const mixed = b.node("MatMul", [b.node("Softmax", [scores], { axis: -1 }), heads(linear(normal), [0, 2, 1, 3])]);
  const joined = b.node("Transpose", [mixed], { perm: [0, 2, 1, 3] });
  const flat = b.node("Reshape", [joined, b.constant([3], [1, 6, 8], "int64")]);
  return b.build([b.node("Add", [x, linear(flat)])]);
}

export interface TensorLine {
  readonly name?: string;
  readonly shape: readonly number[];
  readonly type?: keyof typeof tensorTypes;
  /** Of a constant. */
  readonly values?: readonly number[];
  /** A constant of zeros. */
  readonly zeros?: boolean;
  readonly scale?: readonly number[];
  readonly more?: TfliteTensor;
}

export interface OperatorLine {
  readonly builtin: keyof typeof builtinOperators;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options?: Options;
  readonly customCode?: string;
}

const bytesOf = (type: keyof typeof tensorTypes, values: readonly number[]): Uint8Array => {
  const made =
    type === "FLOAT32"
      ? Float32Array.from(values)
      : type === "INT32"
        ? Int32Array.from(values)
        : type === "INT64"
          ? BigInt64Array.from(values.map(BigInt))
          : type === "INT8"
            ? Int8Array.from(values)
            : type === "FLOAT16"
              ? Uint16Array.from(values)
              : Uint8Array.from(values);
  return new Uint8Array(made.buffer);
};

/** A file of these tensors and operators, good or bad. */
export function tfliteFile(
  tensors: readonly TensorLine[],
  operators: readonly OperatorLine[],
  inputs: readonly number[],
  outputs: readonly number[],
): Uint8Array {
  const buffers: { data?: Uint8Array }[] = [{}];
  const lines = tensors.map(({ name, shape, type = "FLOAT32", values, zeros, scale, more }, i): TfliteTensor => {
    const count = shape.reduce((product, size) => product * size, 1);
    const stored = values ?? (zeros ? new Array<number>(count).fill(0) : undefined);
    const buffer = stored === undefined ? 0 : buffers.push({ data: bytesOf(type, stored) }) - 1;
    const quantization = scale && { quantization: { scale, zeroPoint: scale.map(() => 0) } };
    return { name: name ?? `t${i}`, shape, type: tensorTypes[type], buffer, ...quantization, ...more };
  });
  return encodeTflite({
    version: 3,
    operatorCodes: operators.map(({ builtin, customCode }) => ({
      deprecatedBuiltinCode: Math.min(builtinOperators[builtin], 127),
      builtinCode: builtinOperators[builtin],
      version: 1,
      ...(customCode === undefined ? {} : { customCode }),
    })),
    subgraphs: [
      {
        name: "hand-made",
        tensors: lines,
        inputs,
        outputs,
        operators: operators.map(({ inputs: reads, outputs: makes, options }, opcodeIndex) => ({
          opcodeIndex,
          inputs: reads,
          outputs: makes,
          ...(options === undefined ? {} : { builtinOptions: options }),
        })),
      },
    ],
    buffers,
  });
}
