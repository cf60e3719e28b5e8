/**
 * The layers that kernels, example models and search spaces are made of, as small functions over a GraphBuilder.
 * Each takes and returns tensor names, NCHW for images and (batch, tokens, channels) for sequences.
 * Batch norm is folded away (a bias), as inference engines and exporters do. Weights have no values.
 */

import { type Activation, activation, scalar } from "./activations.js";
import type { GraphBuilder } from "./builder.js";
import { conv } from "./convolutions.js";
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
