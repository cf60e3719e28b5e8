/**
 * The layers that kernels, example models and search spaces are made of, as small functions over a GraphBuilder.
 * Each takes and returns tensor names, NCHW for images and (batch, tokens, channels) for sequences.
 * Batch norm is folded away (a bias), as inference engines and exporters do. Weights have no values.
 */
import type { GraphBuilder } from "./builder.js";

/** Activations by their usual names; `activation` maps them to ONNX operators as PyTorch's exporters do. */
export const activationNames = [
  "none",
  "relu",
  "relu6",
  "swish",
  "hswish",
  "gelu",
  "sigmoid",
  "hsigmoid",
  "tanh",
  "leaky-relu",
  "elu",
  "selu",
  "softplus",
  "mish",
] as const;
export type Activation = (typeof activationNames)[number];

/** `same`: output is ceil(size / stride), the odd pixel at the end. Numbers: [top, left, bottom, right] or one for all. */
export type Padding = "same" | "valid" | number | readonly [number, number, number, number];

export interface ConvOptions {
  readonly cout: number;
  /** One number for square kernels, else [height, width]. */
  readonly kernel: number | readonly [number, number];
  readonly stride?: number | readonly [number, number];
  readonly dilation?: number;
  readonly groups?: number;
  /** Default: (kernel − 1) · dilation / 2 on each side for odd kernels (PyTorch's habit), `same` for even ones. */
  readonly padding?: Padding;
  readonly bias?: boolean;
  readonly activation?: Activation;
}

const pair = (value: number | readonly [number, number]): readonly [number, number] =>
  typeof value === "number" ? [value, value] : value;

/** Both ends' padding along one axis so that the output is ceil(size / stride). */
function samePadding(size: number, span: number, stride: number): [number, number] {
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + span - size);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

function pads(
  height: number,
  width: number,
  span: readonly [number, number],
  stride: readonly [number, number],
  padding: Padding | undefined,
) {
  if (padding === "valid") return [0, 0, 0, 0];
  if (typeof padding === "number") return [padding, padding, padding, padding];
  if (typeof padding === "object") return [...padding];
  if (padding === undefined && span[0] % 2 === 1 && span[1] % 2 === 1) {
    const y = (span[0] - 1) / 2;
    const x = (span[1] - 1) / 2;
    return [y, x, y, x];
  }
  const [top, bottom] = samePadding(height, span[0], stride[0]);
  const [left, right] = samePadding(width, span[1], stride[1]);
  return [top, left, bottom, right];
}

/** Convolution (+ folded batch norm = bias) (+ activation). */
export function conv(b: GraphBuilder, x: string, options: ConvOptions): string {
  return convolve(b, x, options, options.cout, options.groups ?? 1);
}

/** The same, whatever `options` says of `cout` and `groups`. */
function convolve(
  b: GraphBuilder,
  x: string,
  options: Omit<ConvOptions, "cout">,
  cout: number,
  groups: number,
): string {
  const size = b.shape(x);
  const kernel = pair(options.kernel);
  const stride = pair(options.stride ?? 1);
  const dilation = options.dilation ?? 1;
  const span: [number, number] = [(kernel[0] - 1) * dilation + 1, (kernel[1] - 1) * dilation + 1];
  const inputs = [x, b.constant([cout, size[1]! / groups, kernel[0], kernel[1]])];
  if (options.bias !== false) inputs.push(b.constant([cout]));
  const y = b.node("Conv", inputs, {
    dilations: [dilation, dilation],
    group: groups,
    kernel_shape: kernel,
    pads: pads(size[2]!, size[3]!, span, stride, options.padding),
    strides: stride,
  });
  return activation(b, y, options.activation ?? "none");
}

/** Depthwise convolution: one filter per channel. */
export function depthwise(b: GraphBuilder, x: string, options: Omit<ConvOptions, "cout" | "groups">): string {
  const channels = b.shape(x)[1]!;
  return convolve(b, x, options, channels, channels);
}

/** Transposed convolution; the output is size · stride with the default padding. */
export function convTranspose(b: GraphBuilder, x: string, options: ConvOptions): string {
  const [kernel, stride] = [pair(options.kernel), pair(options.stride ?? 1)];
  const { dilation = 1, groups = 1, cout } = options;
  const cin = b.shape(x)[1]!;
  const sides = [0, 1].map((axis) => {
    const surplus = (kernel[axis]! - 1) * dilation + 1 - stride[axis]!;
    const total = options.padding === "valid" ? 0 : Math.max(0, surplus);
    return { begin: Math.floor(total / 2), end: Math.ceil(total / 2), extra: Math.max(0, -surplus) };
  });
  const fixed = typeof options.padding === "number" || typeof options.padding === "object";
  const inputs = [x, b.constant([cin, cout / groups, kernel[0], kernel[1]])];
  if (options.bias !== false) inputs.push(b.constant([cout]));
  const y = b.node("ConvTranspose", inputs, {
    dilations: [dilation, dilation],
    group: groups,
    kernel_shape: kernel,
    output_padding: fixed || options.padding === "valid" ? [0, 0] : sides.map((side) => side.extra),
    pads: fixed
      ? pads(0, 0, [1, 1], stride, options.padding)
      : [...sides.map((side) => side.begin), ...sides.map((side) => side.end)],
    strides: stride,
  });
  return activation(b, y, options.activation ?? "none");
}

/** An activation as PyTorch's exporters write it: one node where ONNX has an operator at opset 17, else its formula. */
export function activation(b: GraphBuilder, x: string, kind: Activation): string {
  switch (kind) {
    case "none":
      return x;
    case "relu":
      return b.node("Relu", [x]);
    case "relu6":
      return b.node("Clip", [x, scalar(b, 0), scalar(b, 6)]);
    case "swish":
      return b.node("Mul", [x, b.node("Sigmoid", [x])]);
    case "hswish":
      return b.node("HardSwish", [x]);
    case "gelu":
      return gelu(b, x);
    case "sigmoid":
      return b.node("Sigmoid", [x]);
    case "hsigmoid":
      return b.node("HardSigmoid", [x], { alpha: 1 / 6, beta: 0.5 });
    case "tanh":
      return b.node("Tanh", [x]);
    case "leaky-relu":
      return b.node("LeakyRelu", [x], { alpha: 0.1 });
    case "elu":
      return b.node("Elu", [x]);
    case "selu":
      return b.node("Selu", [x]);
    case "softplus":
      return b.node("Softplus", [x]);
    case "mish":
      return b.node("Mul", [x, b.node("Tanh", [b.node("Softplus", [x])])]);
    default:
      return kind satisfies never;
  }
}

/** x · (1 + erf(x / √2)) / 2; ONNX has a Gelu operator only from opset 20. */
function gelu(b: GraphBuilder, x: string): string {
  const scaled = b.node("Div", [x, scalar(b, Math.SQRT2)]);
  const gate = b.node("Add", [b.node("Erf", [scaled]), scalar(b, 1)]);
  return b.node("Mul", [b.node("Mul", [x, gate]), scalar(b, 0.5)]);
}

/** The tanh approximation: x · (1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2. */
export function geluTanh(b: GraphBuilder, x: string): string {
  const cubed = b.node("Pow", [x, scalar(b, 3)]);
  const inner = b.node("Add", [x, b.node("Mul", [cubed, scalar(b, 0.044715)])]);
  const curve = b.node("Tanh", [b.node("Mul", [inner, scalar(b, Math.sqrt(2 / Math.PI))])]);
  return b.node("Mul", [b.node("Mul", [x, scalar(b, 0.5)]), b.node("Add", [curve, scalar(b, 1)])]);
}

/** A float32 constant of rank 0. */
export function scalar(b: GraphBuilder, value: number): string {
  return b.constant([], [value]);
}

/** An int64 constant of rank 1: shapes, axes, sizes. */
export function integers(b: GraphBuilder, values: readonly number[]): string {
  return b.constant([values.length], values, "int64");
}

/** Fully connected layer over the last axis: Gemm for rank 2, MatMul + Add above. */
export function fc(
  b: GraphBuilder,
  x: string,
  cout: number,
  options: { bias?: boolean; activation?: Activation } = {},
): string {
  const shape = b.shape(x);
  const cin = shape[shape.length - 1]!;
  const bias = options.bias !== false;
  let y: string;
  if (shape.length === 2) {
    y = b.node("Gemm", [x, b.constant([cout, cin]), ...(bias ? [b.constant([cout])] : [])], { transB: 1 });
  } else {
    y = b.node("MatMul", [x, b.constant([cin, cout])]);
    if (bias) y = b.node("Add", [y, b.constant([cout])]);
  }
  return activation(b, y, options.activation ?? "none");
}

export interface PoolOptions {
  readonly kernel: number | readonly [number, number];
  readonly stride?: number | readonly [number, number];
  readonly padding?: Padding;
  /** Round output sizes up instead of down (`ceil_mode`). */
  readonly ceil?: boolean;
}

function pool(b: GraphBuilder, operator: string, x: string, options: PoolOptions, extra: Record<string, number>) {
  const [, , h, w] = b.shape(x) as [number, number, number, number];
  const [kernel, stride] = [pair(options.kernel), pair(options.stride ?? options.kernel)];
  return b.node(operator, [x], {
    ...extra,
    ceil_mode: options.ceil ? 1 : 0,
    kernel_shape: kernel,
    pads: pads(h, w, kernel, stride, options.padding),
    strides: stride,
  });
}

export function maxPool(b: GraphBuilder, x: string, options: PoolOptions): string {
  return pool(b, "MaxPool", x, options, {});
}

export function avgPool(b: GraphBuilder, x: string, options: PoolOptions & { countPadding?: boolean }): string {
  return pool(b, "AveragePool", x, options, { count_include_pad: options.countPadding ? 1 : 0 });
}

/** (n, c, h, w) → (n, c, 1, 1). */
export function globalAvgPool(b: GraphBuilder, x: string): string {
  return b.node("GlobalAveragePool", [x]);
}

/** (n, c, …) → (n, c · …). */
export function flatten(b: GraphBuilder, x: string): string {
  return b.node("Flatten", [x], { axis: 1 });
}

/** Squeeze-and-excite: x · gate(conv1×1(act(conv1×1(mean(x))))). `squeeze` is the reduced number of channels. */
export function squeezeExcite(
  b: GraphBuilder,
  x: string,
  options: { squeeze: number; activation?: Activation; gate?: Activation },
): string {
  const channels = b.shape(x)[1]!;
  const pooled = globalAvgPool(b, x);
  const reduced = conv(b, pooled, { cout: options.squeeze, kernel: 1, activation: options.activation ?? "relu" });
  const gate = conv(b, reduced, { cout: channels, kernel: 1, activation: options.gate ?? "sigmoid" });
  return b.node("Mul", [x, gate]);
}

export function add(b: GraphBuilder, x: string, y: string): string {
  return b.node("Add", [x, y]);
}

export function mul(b: GraphBuilder, x: string, y: string): string {
  return b.node("Mul", [x, y]);
}

export function concat(b: GraphBuilder, parts: readonly string[], axis = 1): string {
  return parts.length === 1 ? parts[0]! : b.node("Concat", parts, { axis });
}

/** Splits an axis into parts of the given sizes. */
export function split(b: GraphBuilder, x: string, sizes: readonly number[], axis = 1): string[] {
  return b.nodes("Split", [x, integers(b, sizes)], sizes.length, { axis });
}

/** Elements [start, end) of an axis. */
export function slice(b: GraphBuilder, x: string, axis: number, start: number, end: number, step = 1): string {
  return b.node("Slice", [x, integers(b, [start]), integers(b, [end]), integers(b, [axis]), integers(b, [step])]);
}

export function reshape(b: GraphBuilder, x: string, shape: readonly number[]): string {
  return b.node("Reshape", [x, integers(b, shape)]);
}

export function transpose(b: GraphBuilder, x: string, perm: readonly number[]): string {
  return b.node("Transpose", [x], { perm });
}

export function softmax(b: GraphBuilder, x: string, axis = -1): string {
  return b.node("Softmax", [x], { axis });
}

/** Mean over the given axes. */
export function mean(b: GraphBuilder, x: string, axes: readonly number[], keepDims = false): string {
  return b.node("ReduceMean", [x], { axes, keepdims: keepDims ? 1 : 0 });
}

/** Layer norm over the last axis, with scale and bias. */
export function layerNorm(b: GraphBuilder, x: string): string {
  const channels = b.shape(x).at(-1)!;
  return b.node("LayerNormalization", [x, b.constant([channels]), b.constant([channels])], { axis: -1, epsilon: 1e-6 });
}

/** A batch norm that is not folded. */
export function batchNorm(b: GraphBuilder, x: string): string {
  const channels = b.shape(x)[1]!;
  const statistics = Array.from({ length: 4 }, () => b.constant([channels]));
  return b.node("BatchNormalization", [x, ...statistics], { epsilon: 1e-5 });
}

/** Channels of `groups` groups interleaved (ShuffleNet). */
export function channelShuffle(b: GraphBuilder, x: string, groups: number): string {
  const [n, c, h, w] = b.shape(x) as [number, number, number, number];
  const grouped = reshape(b, x, [n, groups, c / groups, h, w]);
  return reshape(b, transpose(b, grouped, [0, 2, 1, 3, 4]), [n, c, h, w]);
}

/** Nearest or bilinear resize of an image to h × w. */
export function resize(b: GraphBuilder, x: string, h: number, w: number, mode: "nearest" | "linear" | "cubic"): string {
  const [n, c] = b.shape(x) as [number, number];
  const coordinates = mode === "nearest" ? "asymmetric" : "half_pixel";
  return b.node("Resize", [x, "", "", integers(b, [n, c, h, w])], {
    coordinate_transformation_mode: coordinates,
    mode,
    ...(mode === "nearest" ? { nearest_mode: "floor" } : {}),
  });
}

/** softmax(q · k / √d + mask) · v for (batch, heads, tokens, dim) tensors; k is given as (batch, heads, dim, tokens). */
export function attend(b: GraphBuilder, q: string, k: string, v: string, mask?: string): string {
  const scale = scalar(b, 1 / Math.sqrt(b.shape(q).at(-1)!));
  const product = b.node("MatMul", [b.node("Mul", [q, scale]), k]);
  const scores = mask === undefined ? product : b.node("Add", [product, mask]);
  return b.node("MatMul", [softmax(b, scores), v]);
}
