/** Element-wise kernels of one input: activations by name, the rest through `activation`; type changes. */
import {
  activation as applyActivation,
  type DataType,
  type GraphBuilder,
  geluTanh,
  scalar,
} from "../../graph/index.js";
import { type Columns, choice, defineKernelType, option, size } from "../define.js";
import { flag, roundUpLog } from "../sizes.js";

interface Image {
  readonly c: number;
  readonly h: number;
  readonly w: number;
}

const fields = { c: { ...option(1, 1 << 26), example: 64 }, h: size(56, 1 << 26), w: size(56, 1 << 26) };
const total = (c: Image) => c.c * c.h * c.w;
const elements = (c: Image) => ({ input: total(c), output: total(c) });
const derived: Columns<Image> = {
  "log elements": (c) => Math.log(total(c)),
  "c up to 16": (c) => roundUpLog(c.c, 16),
  "is small": (c) => flag(total(c) < 4096),
};
const input = (b: GraphBuilder, c: Image, type: DataType = "float32") => b.input("x", [1, c.c, c.h, c.w], type);

const named = (name: "relu" | "swish" | "hswish", summary: string, operations: number) =>
  defineKernelType({
    name,
    summary,
    fields,
    flops: (c) => operations * total(c),
    elements,
    derived,
    build: (b, c) => applyActivation(b, input(b, c), name),
  });

export const relu = named("relu", "max(x, 0) as a kernel of its own.", 1);
export const swish = named("swish", "x · sigmoid(x) (SiLU).", 2);
export const hswish = named("hswish", "x · hard-sigmoid(x).", 2);

export const gelu = defineKernelType({
  name: "gelu",
  summary: "Gaussian error linear unit: exact (`erf`), by tanh, or by x · sigmoid(1.702 x).",
  fields: { ...fields, form: choice("erf", "tanh", "sigmoid") },
  flops: (c) => 4 * total(c),
  elements,
  derived,
  build: (b, c) => buildGelu(b, input(b, c), c.form),
});

function buildGelu(b: GraphBuilder, x: string, form: "erf" | "tanh" | "sigmoid"): string {
  switch (form) {
    case "erf":
      return applyActivation(b, x, "gelu");
    case "tanh":
      return geluTanh(b, x);
    case "sigmoid":
      return b.node("Mul", [x, b.node("Sigmoid", [b.node("Mul", [x, scalar(b, 1.702)])])]);
    default:
      return form satisfies never;
  }
}

export const biasGelu = defineKernelType({
  name: "bias-gelu",
  summary: "A bias over the last axis and GELU in one kernel, for engines that fuse them.",
  fields: { rows: size(197, 1 << 26), columns: size(768, 1 << 20), form: choice("erf", "tanh") },
  flops: (c) => 5 * c.rows * c.columns,
  params: (c) => c.columns,
  elements: (c) => ({ input: c.rows * c.columns, output: c.rows * c.columns }),
  derived: {
    "log elements": (c) => Math.log(c.rows * c.columns),
    "columns up to 16": (c) => roundUpLog(c.columns, 16),
  },
  build: (b, c) => buildGelu(b, b.node("Add", [b.input("x", [1, c.rows, c.columns]), b.constant([c.columns])]), c.form),
});

/** ONNX operator of each choice, where it is one node without further inputs. */
const operators = {
  sigmoid: "Sigmoid",
  hsigmoid: "HardSigmoid",
  tanh: "Tanh",
  "leaky-relu": "LeakyRelu",
  relu6: "Clip",
  elu: "Elu",
  selu: "Selu",
  celu: "Celu",
  softplus: "Softplus",
  softsign: "Softsign",
  mish: "Tanh",
  "thresholded-relu": "ThresholdedRelu",
  erf: "Erf",
  exp: "Exp",
  log: "Log",
  sqrt: "Sqrt",
  reciprocal: "Reciprocal",
  neg: "Neg",
  abs: "Abs",
  sign: "Sign",
  floor: "Floor",
  ceil: "Ceil",
  round: "Round",
  sin: "Sin",
  cos: "Cos",
  not: "Not",
} as const;
type UnaryOperator = keyof typeof operators;

export const activation = defineKernelType({
  name: "activation",
  summary: "Any other element-wise kernel of one input; `relu6` stands for every clip.",
  fields: { operator: choice(...(Object.keys(operators) as [UnaryOperator, ...UnaryOperator[]])), ...fields },
  flops: total,
  elements,
  derived,
  build(b, c) {
    const x = input(b, c, c.operator === "not" ? "bool" : "float32");
    if (c.operator === "relu6" || c.operator === "mish") return applyActivation(b, x, c.operator);
    return b.node(operators[c.operator], [x]);
  },
});

const numberTypes = ["float32", "float16", "float64", "int64", "int32", "uint8", "int8", "bool"] as const;

export const cast = defineKernelType({
  name: "cast",
  summary: "Change of the element type.",
  fields: {
    elements: size(50176, 1 << 30),
    from: choice(...numberTypes),
    to: choice("int64", ...numberTypes.filter((type) => type !== "int64")),
  },
  flops: (c) => c.elements,
  elements: (c) => ({ input: c.elements, output: c.elements }),
  build: (b, c) => b.node("Cast", [b.input("x", [c.elements], c.from)], { to: typeCodes[c.to] }),
});

/** TensorProto.DataType of onnx.proto. */
const typeCodes = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10, float64: 11 } as const;

const conversion = { elements: size(50176, 1 << 30) };

export const quantize = defineKernelType({
  name: "quantize",
  summary: "float32 to uint8, one scale for the tensor.",
  fields: conversion,
  flops: (c) => c.elements,
  elements: (c) => ({ input: c.elements, output: c.elements / 4 }),
  build: (b, c) =>
    b.node("QuantizeLinear", [b.input("x", [c.elements]), scalar(b, 0.05), b.constant([], [0], "uint8")]),
});

export const dequantize = defineKernelType({
  name: "dequantize",
  summary: "uint8 to float32, one scale for the tensor.",
  fields: conversion,
  flops: (c) => c.elements,
  elements: (c) => ({ input: c.elements / 4, output: c.elements }),
  build: (b, c) =>
    b.node("DequantizeLinear", [b.input("x", [c.elements], "uint8"), scalar(b, 0.05), b.constant([], [0], "uint8")]),
});
