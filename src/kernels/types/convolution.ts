/**
 * Convolutions with batch norm folded away, an activation and a residual add fused where an engine does so.
 * Derived features: sizes as logs, FLOPs per byte, reciprocals, flags, log round-up ratios to vector and tile widths, as measured on
 * ONNX Runtime (docs/reproduction.md), generalised to groups, non-square kernels and batches; and what an engine chooses an
 * implementation by.
 */
import {
  type Activation,
  activation,
  activationNames,
  conv,
  convTranspose,
  type GraphBuilder,
} from "../../graph/index.js";
import { type Columns, choice, defineKernelType, option, size } from "../define.js";
import { flag, greatestCommonDivisor, nearestDivisor, roundUpLog, windowOutput } from "../sizes.js";

/** "relu" first: what a table of this kernel type means that has no column for the activation. */
const activations = choice("relu", ...activationNames.filter((name) => name !== "relu"));

const windowFields = {
  kernelH: size(3, 128),
  kernelW: size(3, 128),
  strideH: option(1, 128),
  strideW: option(1, 128),
  dilation: option(1, 128),
};

interface Window {
  readonly h: number;
  readonly w: number;
  readonly kernelH: number;
  readonly kernelW: number;
  readonly strideH: number;
  readonly strideW: number;
  readonly dilation: number;
  readonly padding: string;
}

const outputH = (c: Window) => windowOutput(c.h, c.kernelH, c.strideH, c.dilation, c.padding);
const outputW = (c: Window) => windowOutput(c.w, c.kernelW, c.strideW, c.dilation, c.padding);

function windowInvalid(c: Window): string | undefined {
  const fits = (c.kernelH - 1) * c.dilation < c.h && (c.kernelW - 1) * c.dilation < c.w;
  if (c.padding === "valid" && !fits) return `a ${c.kernelH}×${c.kernelW} window does not fit into ${c.h}×${c.w}`;
  return undefined;
}

interface Fused extends Window {
  readonly batch: number;
  readonly cin: number;
  readonly padding: "same" | "valid";
  readonly add: string;
  readonly activation: Activation;
}

/** A convolution, then the residual add, then the activation. */
function buildConvolution(b: GraphBuilder, c: Fused, filters: { readonly cout: number; readonly groups: number }) {
  const y = conv(b, b.input("x", [c.batch, c.cin, c.h, c.w]), {
    ...filters,
    kernel: [c.kernelH, c.kernelW],
    stride: [c.strideH, c.strideW],
    dilation: c.dilation,
    padding: c.padding,
  });
  const sum = c.add === "add" ? b.node("Add", [y, b.input("residual", b.shape(y))]) : y;
  return activation(b, sum, c.activation);
}

/** Features of the window and of the image that it visits. */
const windowDerived = (pixels: (c: Window) => number): Columns<Window> => ({
  "log pixels": (c) => Math.log(pixels(c)),
  "49/pixels": (c) => 49 / pixels(c),
  "is 1x1": (c) => flag(c.kernelH === 1 && c.kernelW === 1),
  "is 3x3": (c) => flag(c.kernelH === 3 && c.kernelW === 3),
  "is 3x3 stride 1": (c) => flag(c.kernelH === 3 && c.kernelW === 3 && c.strideH === 1 && c.strideW === 1),
  "is strided": (c) => flag(c.strideH > 1 || c.strideW > 1),
  "pixels up to 4": (c) => roundUpLog(pixels(c), 4),
  "pixels up to 8": (c) => roundUpLog(pixels(c), 8),
  "pixels up to 16": (c) => roundUpLog(pixels(c), 16),
  "pixels up to 32": (c) => roundUpLog(pixels(c), 32),
  "pixels up to 64": (c) => roundUpLog(pixels(c), 64),
});

/**
 * ONNX Runtime takes a convolution into its layout of channel blocks only where channels are whole fours (groups: whole blocks of 8 or
 * 16); the other implementation is up to seven times as slow: depthwise 3×3, 58 channels at 28×28, 97 µs, 116 at 14×14 13 µs
 * (onnxruntime-node 1.30 on an EPYC). NCNN and MNN pack fours likewise.
 */
const offBy = (unit: number, ...channels: readonly number[]) => flag(channels.some((count) => count % unit !== 0));

const outputPixels = (c: Window) => outputH(c) * outputW(c);
const inputPixels = (c: Window) => c.h * c.w;

export const convBnRelu = defineKernelType({
  name: "conv-bn-relu",
  summary:
    "Convolution, batch norm folded; then the residual add, then the activation, where fused. Grouped by `groups`.",
  fields: {
    batch: option(1, 4096),
    h: size(56, 8192),
    w: size(56, 8192),
    cin: size(64),
    cout: size(64),
    ...windowFields,
    groups: option(1, 65536),
    padding: choice("same", "valid"),
    activation: activations,
    add: choice("none", "add"),
  },
  invalid(c) {
    if (c.cin % c.groups !== 0 || c.cout % c.groups !== 0) return `groups ${c.groups} divide not both cin and cout`;
    return windowInvalid(c);
  },
  repair: (c) => ({
    ...c,
    groups: nearestDivisor(greatestCommonDivisor(c.cin, c.cout), c.groups),
    padding: windowInvalid(c) === undefined ? c.padding : "same",
  }),
  flops: (c) => 2 * c.batch * outputH(c) * outputW(c) * c.cout * (c.cin / c.groups) * c.kernelH * c.kernelW,
  params: (c) => c.cout * (c.cin / c.groups) * c.kernelH * c.kernelW + c.cout,
  elements(c) {
    const output = c.batch * c.cout * outputH(c) * outputW(c);
    return { input: c.batch * c.cin * c.h * c.w + (c.add === "add" ? output : 0), output };
  },
  derived: {
    ...windowDerived(outputPixels),
    "8/cin": (c) => (8 * c.groups) / c.cin,
    "8/cout": (c) => (8 * c.groups) / c.cout,
    "cin up to 16": (c) => roundUpLog(c.cin / c.groups, 16),
    "cin up to 32": (c) => roundUpLog(c.cin / c.groups, 32),
    "cin up to 64": (c) => roundUpLog(c.cin / c.groups, 64),
    "cout up to 16": (c) => roundUpLog(c.cout / c.groups, 16),
    "cout up to 32": (c) => roundUpLog(c.cout / c.groups, 32),
    "cout up to 64": (c) => roundUpLog(c.cout / c.groups, 64),
    "is grouped": (c) => flag(c.groups > 1),
    "cin not by 4": (c) => offBy(4, c.cin / c.groups),
    "cout not by 4": (c) => offBy(4, c.cout),
    "groups not by 8": (c) => (c.groups > 1 ? offBy(8, c.cin / c.groups, c.cout / c.groups) : 0),
    "groups not by 16": (c) => (c.groups > 1 ? offBy(16, c.cin / c.groups, c.cout / c.groups) : 0),
  },
  build: (b, c) => buildConvolution(b, c, { cout: c.cout, groups: c.groups }),
});

export const dwconvBnRelu = defineKernelType({
  name: "dwconv-bn-relu",
  summary: "Depthwise convolution (`multiplier` filters per channel), batch norm folded, activation where fused.",
  fields: {
    batch: option(1, 4096),
    h: size(56, 8192),
    w: size(56, 8192),
    cin: size(96),
    multiplier: option(1, 64),
    ...windowFields,
    padding: choice("same", "valid"),
    activation: activations,
    add: choice("none", "add"),
  },
  invalid: windowInvalid,
  repair: (c) => ({ ...c, padding: windowInvalid(c) === undefined ? c.padding : "same" }),
  flops: (c) => 2 * c.batch * outputH(c) * outputW(c) * c.cin * c.multiplier * c.kernelH * c.kernelW,
  params: (c) => c.cin * c.multiplier * (c.kernelH * c.kernelW + 1),
  elements(c) {
    const output = c.batch * c.cin * c.multiplier * outputH(c) * outputW(c);
    return { input: c.batch * c.cin * c.h * c.w + (c.add === "add" ? output : 0), output };
  },
  derived: {
    ...windowDerived(outputPixels),
    "8/cin": (c) => 8 / c.cin,
    "cin up to 8": (c) => roundUpLog(c.cin, 8),
    "cin up to 16": (c) => roundUpLog(c.cin, 16),
    "cin up to 32": (c) => roundUpLog(c.cin, 32),
    "cin up to 64": (c) => roundUpLog(c.cin, 64),
    "width up to 8": (c) => roundUpLog(outputW(c), 8),
    "kernel/height": (c) => c.kernelH / c.h,
    "kernel/width": (c) => c.kernelW / c.w,
    "is 5x5": (c) => flag(c.kernelH === 5 && c.kernelW === 5),
    "channels not by 4": (c) => offBy(4, c.cin * c.multiplier),
  },
  build: (b, c) => buildConvolution(b, c, { cout: c.cin * c.multiplier, groups: c.cin }),
});

const transposedH = (c: Window) => (c.padding === "same" ? c.h * c.strideH : spread(c.h, c.kernelH, c.strideH, c));
const transposedW = (c: Window) => (c.padding === "same" ? c.w * c.strideW : spread(c.w, c.kernelW, c.strideW, c));
const spread = (length: number, kernel: number, stride: number, c: Window) =>
  (length - 1) * stride + (kernel - 1) * c.dilation + 1;

export const convTransposed = defineKernelType({
  name: "conv-transpose",
  summary: "Transposed convolution, activation where fused. `same`: the output is input · stride.",
  fields: {
    batch: option(1, 4096),
    h: size(28, 8192),
    w: size(28, 8192),
    cin: size(64),
    cout: size(32),
    kernelH: size(2, 128),
    kernelW: size(2, 128),
    strideH: option(2, 128),
    strideW: option(2, 128),
    dilation: option(1, 128),
    groups: option(1, 65536),
    padding: choice("same", "valid"),
    activation: activations,
  },
  invalid: (c) =>
    c.cin % c.groups !== 0 || c.cout % c.groups !== 0 ? `groups ${c.groups} divide not both cin and cout` : undefined,
  repair: (c) => ({ ...c, groups: nearestDivisor(greatestCommonDivisor(c.cin, c.cout), c.groups) }),
  flops: (c) => 2 * c.batch * c.h * c.w * c.cin * (c.cout / c.groups) * c.kernelH * c.kernelW,
  params: (c) => c.cin * (c.cout / c.groups) * c.kernelH * c.kernelW + c.cout,
  elements: (c) => ({
    input: c.batch * c.cin * c.h * c.w,
    output: c.batch * c.cout * transposedH(c) * transposedW(c),
  }),
  derived: {
    ...windowDerived(inputPixels),
    "8/cin": (c) => 8 / (c.cin / c.groups),
    "8/cout": (c) => 8 / (c.cout / c.groups),
    "cin up to 16": (c) => roundUpLog(c.cin, 16),
    "cout up to 16": (c) => roundUpLog(c.cout, 16),
    "is grouped": (c) => flag(c.groups > 1),
  },
  build: (b, c) =>
    convTranspose(b, b.input("x", [c.batch, c.cin, c.h, c.w]), {
      cout: c.cout,
      kernel: [c.kernelH, c.kernelW],
      stride: [c.strideH, c.strideW],
      dilation: c.dilation,
      groups: c.groups,
      padding: c.padding,
      activation: c.activation,
    }),
});
