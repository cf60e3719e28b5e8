/** Pooling, reductions, and the squeeze-and-excite block as one kernel. */
import {
  type Activation,
  avgPool,
  type GraphBuilder,
  globalAvgPool,
  maxPool,
  squeezeExcite,
} from "../../graph/index.js";
import { choice, defineKernelType, option, size } from "../define.js";
import { flag, roundUpLog, windowOutput } from "../sizes.js";

const fields = {
  batch: option(1, 4096),
  h: size(56, 8192),
  w: size(56, 8192),
  cin: size(64),
  kernelH: size(3, 512),
  kernelW: size(3, 512),
  strideH: option(1, 512),
  strideW: option(1, 512),
  padding: choice("same", "valid"),
};

interface Pool {
  readonly batch: number;
  readonly h: number;
  readonly w: number;
  readonly cin: number;
  readonly kernelH: number;
  readonly kernelW: number;
  readonly strideH: number;
  readonly strideW: number;
  readonly padding: "same" | "valid";
}

const outputH = (c: Pool) => windowOutput(c.h, c.kernelH, c.strideH, 1, c.padding);
const outputW = (c: Pool) => windowOutput(c.w, c.kernelW, c.strideW, 1, c.padding);
const outputs = (c: Pool) => c.batch * c.cin * outputH(c) * outputW(c);

/** A window with `same` padding that is larger than twice the image would cover padding alone. */
function invalid(c: Pool): string | undefined {
  const [h, w] = c.padding === "valid" ? [c.h, c.w] : [2 * c.h, 2 * c.w];
  const fits = c.kernelH <= h && c.kernelW <= w;
  return fits ? undefined : `a ${c.kernelH}×${c.kernelW} window does not fit into ${c.h}×${c.w}`;
}

const pooling = (name: "avgpool" | "maxpool", summary: string, pool: typeof maxPool) =>
  defineKernelType({
    name,
    summary,
    fields,
    invalid,
    repair: (c) => ({ ...c, kernelH: Math.min(c.kernelH, c.h), kernelW: Math.min(c.kernelW, c.w) }),
    flops: (c) => outputs(c) * c.kernelH * c.kernelW,
    elements: (c) => ({ input: c.batch * c.cin * c.h * c.w, output: outputs(c) }),
    derived: {
      "log output pixels": (c) => Math.log(outputH(c) * outputW(c)),
      "8/cin": (c) => 8 / c.cin,
      "cin up to 8": (c) => roundUpLog(c.cin, 8),
      "cin up to 16": (c) => roundUpLog(c.cin, 16),
      "is 2x2": (c) => flag(c.kernelH === 2 && c.kernelW === 2),
      "is 3x3": (c) => flag(c.kernelH === 3 && c.kernelW === 3),
      "is strided": (c) => flag(c.strideH > 1 || c.strideW > 1),
      "covers image": (c) => flag(c.kernelH >= c.h && c.kernelW >= c.w),
    },
    build: (b, c) =>
      pool(b, b.input("x", [c.batch, c.cin, c.h, c.w]), {
        kernel: [c.kernelH, c.kernelW],
        stride: [c.strideH, c.strideW],
        padding: c.padding,
      }),
  });

export const averagePool = pooling("avgpool", "Mean over windows.", avgPool);
export const maximumPool = pooling("maxpool", "Maximum over windows.", maxPool);

export const globalAveragePool = defineKernelType({
  name: "global-avgpool",
  summary: "Mean of each channel.",
  fields: { batch: option(1, 4096), h: size(7, 8192), w: size(7, 8192), cin: size(1280) },
  flops: (c) => c.batch * c.cin * c.h * c.w,
  elements: (c) => ({ input: c.batch * c.cin * c.h * c.w, output: c.batch * c.cin }),
  derived: {
    "log pixels": (c) => Math.log(c.h * c.w),
    "cin up to 16": (c) => roundUpLog(c.cin, 16),
    "pixels up to 16": (c) => roundUpLog(c.h * c.w, 16),
  },
  build: (b, c) => globalAvgPool(b, b.input("x", [c.batch, c.cin, c.h, c.w])),
});

const reductions = {
  mean: "ReduceMean",
  sum: "ReduceSum",
  max: "ReduceMax",
  min: "ReduceMin",
  prod: "ReduceProd",
  l1: "ReduceL1",
  l2: "ReduceL2",
  "sum-square": "ReduceSumSquare",
  "log-sum-exp": "ReduceLogSumExp",
  argmax: "ArgMax",
  argmin: "ArgMin",
} as const;
type Reduction = keyof typeof reductions;

/**
 * `trailing` one: an axis of length 1 follows the reduced one, which sends ONNX Runtime down the path for reductions over a middle axis:
 * 960 × 6 takes 173 µs, without it 7 (onnxruntime-node 1.30 on an EPYC).
 */
export const reduce = defineKernelType({
  name: "reduce",
  summary: "outer × length × inner reduced over the middle axis.",
  fields: {
    operator: choice(...(Object.keys(reductions) as [Reduction, ...Reduction[]])),
    outer: option(1, 1 << 26),
    length: size(196, 1 << 26),
    inner: option(1, 1 << 26),
    trailing: choice("none", "one"),
  },
  repair: (c) => ({ ...c, trailing: c.inner === 1 ? c.trailing : "none" }),
  flops: (c) => c.outer * c.length * c.inner,
  elements: (c) => ({ input: c.outer * c.length * c.inner, output: c.outer * c.inner }),
  derived: {
    "is last axis": (c) => flag(c.inner === 1),
    "inner up to 16": (c) => roundUpLog(c.inner, 16),
  },
  build: (b, c) =>
    buildReduction(
      b,
      b.input("x", c.inner === 1 && c.trailing === "none" ? [c.outer, c.length] : [c.outer, c.length, c.inner]),
      c.operator,
    ),
});

/** Opset 17: `axes` is an input of ReduceSum and an attribute of the others. */
function buildReduction(b: GraphBuilder, x: string, operator: Reduction): string {
  if (operator === "argmax" || operator === "argmin")
    return b.node(reductions[operator], [x], { axis: 1, keepdims: 1 });
  if (operator === "sum") return b.node("ReduceSum", [x, b.constant([1], [1], "int64")], { keepdims: 1 });
  return b.node(reductions[operator], [x], { axes: [1], keepdims: 1 });
}

const seActivations = ["relu", "relu6", "swish", "hswish", "gelu", "sigmoid", "tanh"] as const satisfies Activation[];

export const squeezeExcitation = defineKernelType({
  name: "se",
  summary: "Squeeze-and-excite: pool, two 1×1 convolutions with activations, channel-wise product.",
  fields: {
    batch: option(1, 4096),
    h: size(14, 8192),
    w: size(14, 8192),
    cin: size(240),
    squeeze: size(64),
    activation: choice(...seActivations),
    gate: choice("sigmoid", "hsigmoid"),
  },
  flops: (c) => c.batch * (2 * c.cin * c.h * c.w + 4 * c.cin * c.squeeze),
  params: (c) => 2 * c.cin * c.squeeze + c.cin + c.squeeze,
  elements: (c) => ({ input: 2 * c.batch * c.cin * c.h * c.w, output: c.batch * c.cin * c.h * c.w }),
  derived: {
    "log pixels": (c) => Math.log(c.h * c.w),
    "8/squeeze": (c) => 8 / c.squeeze,
    "cin up to 16": (c) => roundUpLog(c.cin, 16),
    "squeeze up to 16": (c) => roundUpLog(c.squeeze, 16),
  },
  build: (b, c) => squeezeExcite(b, b.input("x", [c.batch, c.cin, c.h, c.w]), c),
});
