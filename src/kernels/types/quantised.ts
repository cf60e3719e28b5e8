/**
 * Kernels on 8-bit integers of a model that says so itself (QLinear…, …Integer, and QDQ pairs that the engine fuses), on a
 * platform of floats. On INT8 platforms the plain types stand for them: there everything is measured quantised.
 */
import type { GraphBuilder } from "../../graph/index.js";
import { choice, defineKernelType, option, size } from "../define.js";
import { flag, greatestCommonDivisor, nearestDivisor, roundUpLog, windowOutput } from "../sizes.js";

const byte = 1 / 4;

/** Value, scale and zero point. */
function quantised(b: GraphBuilder, x: string, isSigned = false): [value: string, scale: string, zero: string] {
  const scale = b.constant([], Float32Array.of(8 / 255));
  const zero = isSigned ? b.constant([], Int8Array.of(0), "int8") : b.constant([], Uint8Array.of(128), "uint8");
  return [b.node("QuantizeLinear", [x, scale, zero]), scale, zero];
}

const dequantised = (b: GraphBuilder, y: string, scale: string, zero: string) =>
  b.node("DequantizeLinear", [y, scale, zero]);

/**
 * Whether activations and weights are unsigned or signed: engines have other code for each pair, ten times slower for some. Unsigned by
 * signed is what vector instructions multiply.
 */
const signs = choice("u8s8", "u8u8", "s8s8");

/** `x` in 8 bits, its scale and its zero point. */
const activations = (b: GraphBuilder, x: string, c: { signs: string }) => quantised(b, x, c.signs === "s8s8");

/** 8-bit weights with their scale and zero point. */
const weights = (b: GraphBuilder, shape: readonly number[], c: { signs: string }): [string, string, string] => {
  const isUnsigned = c.signs === "u8u8";
  return [
    b.constant(shape, undefined, isUnsigned ? "uint8" : "int8"),
    b.constant([], Float32Array.of(1 / 63)),
    isUnsigned ? b.constant([], Uint8Array.of(0), "uint8") : b.constant([], Int8Array.of(0), "int8"),
  ];
};

interface Image {
  readonly batch: number;
  readonly h: number;
  readonly w: number;
  readonly cin: number;
  readonly cout: number;
  readonly kernelH: number;
  readonly kernelW: number;
  readonly strideH: number;
  readonly strideW: number;
  readonly groups: number;
}
const outH = (c: Image) => windowOutput(c.h, c.kernelH, c.strideH, 1, "same");
const outW = (c: Image) => windowOutput(c.w, c.kernelW, c.strideW, 1, "same");

export const convQuantised = defineKernelType({
  name: "conv-quantised",
  summary: "Convolution of 8-bit integers: to 8 bits (`qlinear`) or to sums of 32 (`integer`, dynamic quantisation).",
  fields: {
    form: choice("qlinear", "integer"),
    batch: option(1, 4096),
    h: size(56, 8192),
    w: size(56, 8192),
    cin: size(64),
    cout: size(64),
    kernelH: size(3, 128),
    kernelW: size(3, 128),
    strideH: option(1, 128),
    strideW: option(1, 128),
    groups: option(1, 65536),
    signs,
  },
  invalid: (c) =>
    c.cin % c.groups === 0 && c.cout % c.groups === 0 ? undefined : `groups ${c.groups} divide not both cin and cout`,
  repair: (c) => ({ ...c, groups: nearestDivisor(greatestCommonDivisor(c.cin, c.cout), c.groups) }),
  flops: (c) => 2 * c.batch * outH(c) * outW(c) * c.cout * (c.cin / c.groups) * c.kernelH * c.kernelW,
  params: (c) => c.cout * (c.cin / c.groups) * c.kernelH * c.kernelW,
  elements: (c) => ({
    input: byte * c.batch * c.cin * c.h * c.w,
    output: (c.form === "integer" ? 1 : byte) * c.batch * c.cout * outH(c) * outW(c),
    weight: byte * c.cout * (c.cin / c.groups) * c.kernelH * c.kernelW,
  }),
  derived: {
    "log pixels": (c) => Math.log(outH(c) * outW(c)),
    "log depth": (c) => Math.log((c.cin / c.groups) * c.kernelH * c.kernelW),
    "cout up to 16": (c) => roundUpLog(c.cout / c.groups, 16),
    "is depthwise": (c) => flag(c.groups > 1 && c.groups === c.cin),
    "is 1x1": (c) => flag(c.kernelH === 1 && c.kernelW === 1),
  },
  build(b, c) {
    const [x, scale, zero] = activations(b, b.input("x", [c.batch, c.cin, c.h, c.w]), c);
    const [w, weightScale, weightZero] = weights(b, [c.cout, c.cin / c.groups, c.kernelH, c.kernelW], c);
    const attributes = {
      group: c.groups,
      kernel_shape: [c.kernelH, c.kernelW],
      strides: [c.strideH, c.strideW],
      auto_pad: "SAME_UPPER",
    };
    if (c.form === "integer") return b.node("ConvInteger", [x, w, zero], attributes);
    const y = b.node("QLinearConv", [x, scale, zero, w, weightScale, weightZero, scale, zero], attributes);
    return dequantised(b, y, scale, zero);
  },
});

export const matmulQuantised = defineKernelType({
  name: "matmul-quantised",
  summary: "Matrix product of 8-bit integers: to 8 bits (`qlinear`), sums of 32 (`integer`), or floats (`dynamic`).",
  fields: {
    form: choice("qlinear", "integer", "dynamic"),
    batch: option(1, 1 << 20),
    m: size(128, 1 << 20),
    k: size(256, 1 << 20),
    n: size(256, 1 << 20),
    weights: choice("constant", "run-time"),
    signs,
  },
  invalid: (c) => (c.weights === "constant" && c.batch !== 1 ? "constant weights have batch 1" : undefined),
  repair: (c) => ({ ...c, batch: c.weights === "constant" ? 1 : c.batch }),
  flops: (c) => 2 * c.batch * c.m * c.k * c.n,
  params: (c) => (c.weights === "constant" ? c.k * c.n : 0),
  elements: (c) => ({
    input: (c.form === "dynamic" ? 1 : byte) * c.batch * (c.m * c.k + (c.weights === "constant" ? 0 : c.k * c.n)),
    output: (c.form === "qlinear" ? byte : 1) * c.batch * c.m * c.n,
    weight: c.weights === "constant" ? byte * c.k * c.n : 0,
  }),
  derived: {
    "log product": (c) => Math.log(c.m * c.k * c.n),
    "is one row": (c) => flag(c.m === 1),
    "rows up to 4": (c) => roundUpLog(c.m, 4),
    "depth up to 16": (c) => roundUpLog(c.k, 16),
    "columns up to 16": (c) => roundUpLog(c.n, 16),
  },
  build(b, c) {
    const input = b.input("x", [c.batch, c.m, c.k]);
    const right = (): [string, string, string] =>
      c.weights === "constant"
        ? weights(b, [c.k, c.n], c)
        : quantised(b, b.input("y", [c.batch, c.k, c.n]), c.signs !== "u8u8");
    if (c.form === "dynamic" && c.weights === "constant")
      return b.node("com.microsoft:DynamicQuantizeMatMul", [input, ...right().slice(0, 2)]);
    const [x, scale, zero] = activations(b, input, c);
    const [y, rightScale, rightZero] = right();
    if (c.form !== "qlinear") return b.node("MatMulInteger", [x, y, zero, rightZero]);
    return dequantised(
      b,
      b.node("QLinearMatMul", [x, scale, zero, y, rightScale, rightZero, scale, zero]),
      scale,
      zero,
    );
  },
});

const operators = {
  add: "QLinearAdd",
  mul: "QLinearMul",
  "leaky-relu": "QLinearLeakyRelu",
  sigmoid: "QLinearSigmoid",
  softmax: "QLinearSoftmax",
} as const;

export const elementwiseQuantised = defineKernelType({
  name: "elementwise-quantised",
  summary: "Element by element on 8-bit integers.",
  fields: {
    operator: choice("add", "mul", "leaky-relu", "sigmoid", "softmax"),
    rows: size(1024, 1 << 26),
    columns: size(64, 1 << 26),
  },
  flops: (c) => c.rows * c.columns * (c.operator === "softmax" ? 5 : 1),
  elements: (c) => ({
    input: byte * c.rows * c.columns * (c.operator === "add" || c.operator === "mul" ? 2 : 1),
    output: byte * c.rows * c.columns,
  }),
  derived: { "log elements": (c) => Math.log(c.rows * c.columns) },
  build(b, c) {
    const [x, scale, zero] = quantised(b, b.input("x", [c.rows, c.columns]));
    const name = `com.microsoft:${operators[c.operator]}`;
    if (c.operator !== "add" && c.operator !== "mul") {
      const inputs = [x, scale, zero, scale, zero];
      const y = c.operator === "softmax" ? b.node(name, inputs, { axis: -1, opset: 17 }) : b.node(name, inputs);
      return dequantised(b, y, scale, zero);
    }
    const [y] = quantised(b, b.input("y", [c.rows, c.columns]));
    return dequantised(b, b.node(name, [x, scale, zero, y, scale, zero, scale, zero]), scale, zero);
  },
});

export const dynamicQuantize = defineKernelType({
  name: "dynamic-quantize",
  summary: "float32 to uint8 with a scale found on the way.",
  fields: { elements: size(65536, 1 << 30) },
  flops: (c) => 3 * c.elements,
  elements: (c) => ({ input: c.elements, output: byte * c.elements }),
  build: (b, c) => b.nodes("DynamicQuantizeLinear", [b.input("x", [c.elements])], 3)[0]!,
});
