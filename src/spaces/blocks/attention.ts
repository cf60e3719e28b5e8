/**
 * Blocks of vision transformers in the node patterns of PyTorch's exporters (checked against timm 1.0 exported with
 * both of them): qkv parts by Split+Squeeze (TorchScript) or Slice+Squeeze (dynamo), and the scale on q and k by its
 * square root each (`scaled_dot_product_attention`), on q, or on the scores.
 */
import {
  type Activation,
  activation,
  add,
  concat,
  conv,
  fc,
  type GraphBuilder,
  integers,
  layerNorm,
  mul,
  reshape,
  scalar,
  slice,
  softmax,
  split,
  transpose,
} from "../../graph/index.js";

export type Exporter = "torchscript" | "dynamo";
export type Scaling = "roots" | "query" | "scores";

/** Removes axis 0 of each third: (3, …) → three tensors. */
export function unbind(g: GraphBuilder, x: string, exporter: Exporter): string[] {
  const count = g.shape(x)[0]!;
  const parts =
    exporter === "torchscript"
      ? split(
          g,
          x,
          Array.from({ length: count }, () => 1),
          0,
        )
      : Array.from({ length: count }, (_, i) => slice(g, x, 0, i, i + 1));
  return parts.map((part) => g.node("Squeeze", [part, integers(g, [0])]));
}

/** The last two axes exchanged. */
export function swapped(g: GraphBuilder, x: string): string {
  const rank = g.shape(x).length;
  return transpose(g, x, [...Array(rank - 2).keys(), rank - 1, rank - 2]);
}

export interface Scores {
  readonly scaling: Scaling;
  /** Added to the scores: relative position bias, a mask. */
  readonly bias?: (scores: string) => string;
}

/** softmax(q · kᵀ · scale + bias) · v; q, k, v are (batch, heads, tokens, dim). */
export function attend(g: GraphBuilder, q: string, k: string, v: string, { scaling, bias }: Scores): string {
  const scale = g.shape(q).at(-1)! ** -0.5;
  if (scaling !== "scores") q = mul(g, q, scalar(g, scaling === "roots" ? Math.sqrt(scale) : scale));
  let kT = swapped(g, k);
  if (scaling === "roots") kT = mul(g, kT, scalar(g, Math.sqrt(scale)));
  let scores = g.node("MatMul", [q, kT]);
  if (scaling === "scores") scores = mul(g, scores, scalar(g, scale));
  return g.node("MatMul", [softmax(g, bias ? bias(scores) : scores), v]);
}

export interface Projection {
  readonly heads: number;
  /** Channels of each head; default channels / heads. */
  readonly dim?: number;
  readonly exporter: Exporter;
  readonly qkvBias?: boolean;
}

/** (batch, tokens, channels) → queries, keys and values by one layer, each (batch, heads, tokens, dim). */
export function projected(g: GraphBuilder, x: string, options: Projection): [string, string, string] {
  const [batch, tokens, channels] = g.shape(x) as [number, number, number];
  const { heads, dim = channels / heads, exporter, qkvBias = true } = options;
  const qkv = reshape(g, fc(g, x, 3 * heads * dim, { bias: qkvBias }), [batch, tokens, 3, heads, dim]);
  return unbind(g, transpose(g, qkv, [2, 0, 3, 1, 4]), exporter) as [string, string, string];
}

export interface SelfAttention extends Scores, Projection {}

/** (batch, tokens, channels) → the same, by one qkv layer and one output layer. */
export function selfAttention(g: GraphBuilder, x: string, options: SelfAttention): string {
  const channels = g.shape(x)[2]!;
  const [q, k, v] = projected(g, x, options);
  return fc(g, mergeHeads(g, attend(g, q, k, v, options)), channels);
}

/** (batch, heads, tokens, dim) → (batch, tokens, heads · dim). */
export function mergeHeads(g: GraphBuilder, x: string): string {
  const [batch, heads, tokens, dim] = g.shape(x) as [number, number, number, number];
  return reshape(g, transpose(g, x, [0, 2, 1, 3]), [batch, tokens, heads * dim]);
}

/** (1, heads, tokens, …) → (tokens, heads, …): what tables for each pair of tokens are multiplied with. */
export function byToken(g: GraphBuilder, x: string): string {
  const [, heads, tokens, last] = g.shape(x) as [number, number, number, number];
  return reshape(g, transpose(g, x, [2, 0, 1, 3]), [tokens, heads, last]);
}

/** (1, h, w, c) rolled by −shift (or back) along both axes: two slices and a concat for each. */
export function roll(g: GraphBuilder, x: string, shift: number): string {
  for (const axis of [1, 2]) {
    const size = g.shape(x)[axis]!;
    const cut = shift > 0 ? size - shift : -shift;
    x = concat(g, [slice(g, x, axis, cut, size), slice(g, x, axis, 0, cut)], axis);
  }
  return x;
}

export function mlp(g: GraphBuilder, x: string, hidden: number, act: Activation = "gelu"): string {
  return fc(g, activation(g, fc(g, x, hidden), act), g.shape(x).at(-1)!);
}

/** Pre-norm transformer block. */
export function transformerBlock(
  g: GraphBuilder,
  x: string,
  options: SelfAttention & { hidden: number; activation?: Activation },
) {
  x = add(g, x, selfAttention(g, layerNorm(g, x), options));
  return add(g, x, mlp(g, layerNorm(g, x), options.hidden, options.activation));
}

/** Image (1, 3, h, w) → tokens (1, h·w/patch², channels). */
export function patchTokens(g: GraphBuilder, x: string, channels: number, patch: number): string {
  return tokensOf(g, conv(g, x, { cout: channels, kernel: patch, stride: patch, padding: 0 }));
}

/** (n, c, h, w) → (n, h·w, c). */
export function tokensOf(g: GraphBuilder, x: string): string {
  const [n, c, h, w] = g.shape(x) as [number, number, number, number];
  return transpose(g, reshape(g, x, [n, c, h * w]), [0, 2, 1]);
}

/** (n, h·w, c) → (n, c, h, w) for a square image. */
export function imageOf(g: GraphBuilder, x: string): string {
  const [n, tokens, c] = g.shape(x) as [number, number, number];
  const side = Math.sqrt(tokens);
  return reshape(g, transpose(g, x, [0, 2, 1]), [n, c, side, side]);
}

/** Element `index` along an axis, the axis dropped (`x[:, 0]`). */
export function select(g: GraphBuilder, x: string, axis: number, index: number): string {
  return g.node("Gather", [x, g.constant([], [index], "int64")], { axis });
}

/** A learned embedding of the shape of `x`, added. */
export const addLearned = (g: GraphBuilder, x: string): string => add(g, x, g.constant(g.shape(x)));

/** LayerNorm over the channels of an image: to channels last and back. */
export function imageLayerNorm(g: GraphBuilder, x: string): string {
  return transpose(g, layerNorm(g, transpose(g, x, [0, 2, 3, 1])), [0, 3, 1, 2]);
}

/** GroupNorm of one group as the TorchScript exporter writes it: instance norm of one row, then scale and shift. */
export function groupNorm(g: GraphBuilder, x: string): string {
  const shape = g.shape(x);
  const rows = reshape(g, x, [0, 1, -1]);
  const normal = g.node("InstanceNormalization", [rows, g.constant([1]), g.constant([1])], { epsilon: 1e-5 });
  const scaled = mul(g, reshape(g, normal, shape), g.constant([shape[1]!, 1, 1]));
  return add(g, scaled, g.constant([shape[1]!, 1, 1]));
}
