/**
 * A medley of what transformers have beside plain self-attention: windows of several sizes, normalised and transposed attention, position
 * terms spread over rows and columns, shifted images, gates, convolutions between token layers. No such network is deployed; networks of
 * families that no space here has are made of such kernels. Without them, transposes, copies and softmax of exported BoTNet, Swin-v2 and
 * XCiT were off by two to fifteen times (onnxruntime-node 1.30 on a Xeon).
 */
import {
  type Activation,
  activation,
  activationNames,
  add,
  concat,
  conv,
  createGraphBuilder,
  depthwise,
  fc,
  type GraphBuilder,
  integers,
  layerNorm,
  mean,
  mul,
  reshape,
  scalar,
  slice,
  softmax,
  split,
  transpose,
} from "../../graph/index.js";
import {
  addLearned,
  attend,
  type Exporter,
  imageOf,
  mergeHeads,
  mlp,
  patchTokens,
  type Scaling,
  select,
  selfAttention,
  tokensOf,
  unbind,
} from "../blocks/attention.js";
import { type ArchitectureOf, createChoiceSpace, repeated } from "../choice-space.js";

interface Style {
  readonly heads: number;
  readonly act: Activation;
  readonly exporter: Exporter;
  readonly scaling: Scaling;
}
/** (1, tokens, channels) of a square image → the same. */
type Block = (g: GraphBuilder, x: string, style: Style) => string;

/** More tokens attend to each other in windows alone. */
const mostTokens = 800;

const shapeOf = (g: GraphBuilder, x: string) => g.shape(x) as [number, number, number];
const sideOf = (g: GraphBuilder, x: string) => Math.sqrt(shapeOf(g, x)[1]);
/** As (1, side, side, channels). */
const squareOf = (g: GraphBuilder, x: string) => reshape(g, x, [1, sideOf(g, x), sideOf(g, x), g.shape(x).at(-1)!]);
const rowOf = (g: GraphBuilder, x: string) => {
  const [n, h, w, c] = g.shape(x) as [number, number, number, number];
  return reshape(g, x, [n, h * w, c]);
};

/** Divided by its norm along the last axis, the norm spread out as PyTorch's `normalize` does. */
function normalized(g: GraphBuilder, x: string): string {
  const norm = g.node("ReduceL2", [x], { axes: [-1], keepdims: 1 });
  const spread = g.node("Expand", [g.node("Clip", [norm, scalar(g, 1e-12)]), integers(g, g.shape(x))]);
  return g.node("Div", [x, spread]);
}

/** Queries, keys and values, each (batch, heads, tokens, dim). */
function projected(g: GraphBuilder, x: string, { heads, exporter }: Style): [string, string, string] {
  const [batch, tokens, channels] = shapeOf(g, x);
  const qkv = reshape(g, fc(g, x, 3 * channels), [batch, tokens, 3, heads, channels / heads]);
  return unbind(g, transpose(g, qkv, [2, 0, 3, 1, 4]), exporter) as [string, string, string];
}

const swapped = (g: GraphBuilder, x: string) => {
  const rank = g.shape(x).length;
  return transpose(g, x, [...Array(rank - 2).keys(), rank - 1, rank - 2]);
};

const attended: Block = (g, x, style) =>
  shapeOf(g, x)[1] > mostTokens ? windowed(7)(g, x, style) : selfAttention(g, x, style);

/** Inside windows of `size` × `size`, with a learned term for each pair of places. */
const windowed =
  (size: number, form: "learned" | "normalised" = "learned"): Block =>
  (g, x, style) => {
    const [, , channels] = shapeOf(g, x);
    const side = sideOf(g, x);
    const window = side % size === 0 ? size : side;
    if (window * window > mostTokens) return x;
    const [rows, inside] = [side / window, window * window];
    const cut = reshape(g, x, [1, rows, window, rows, window, channels]);
    const windows = reshape(g, transpose(g, cut, [0, 1, 3, 2, 4, 5]), [rows * rows, inside, channels]);
    const bias = (scores: string) => add(g, scores, g.constant([1, style.heads, inside, inside]));
    let y: string;
    if (form === "learned") y = selfAttention(g, windows, { ...style, bias });
    else {
      const [q, k, v] = projected(g, windows, style);
      const scores = mul(
        g,
        g.node("MatMul", [normalized(g, q), swapped(g, normalized(g, k))]),
        g.constant([style.heads, 1, 1]),
      );
      y = fc(g, mergeHeads(g, g.node("MatMul", [softmax(g, bias(scores)), v])), channels);
    }
    const back = transpose(g, reshape(g, y, [1, rows, rows, window, window, channels]), [0, 1, 3, 2, 4, 5]);
    return reshape(g, back, [1, side * side, channels]);
  };

/** Scores with terms for rows and for columns, each spread over the other (BoTNet, halo attention). */
const positioned: Block = (g, x, style) => {
  const [, tokens, channels] = shapeOf(g, x);
  const side = sideOf(g, x);
  if (tokens > 256) return attended(g, x, style);
  const [q, k, v] = projected(g, x, style);
  const { heads } = style;
  const term = (image: string, perm: readonly number[]) => {
    const scores = g.node("MatMul", [image, g.constant([channels / heads, side])]);
    const spread = g.node("Expand", [
      reshape(g, scores, [heads, side, 1, side, side]),
      integers(g, [heads, side, side, side, side]),
    ]);
    return reshape(g, transpose(g, spread, perm), [1, heads, tokens, tokens]);
  };
  const image = reshape(g, mul(g, q, scalar(g, (channels / heads) ** -0.5)), [heads, side, side, channels / heads]);
  const bias = (scores: string) =>
    add(g, add(g, scores, term(image, [0, 1, 3, 2, 4])), term(transpose(g, image, [0, 2, 1, 3]), [0, 3, 1, 4, 2]));
  return fc(g, mergeHeads(g, attend(g, q, k, v, { ...style, bias })), channels);
};

/** Channels attend to each other instead of tokens (XCiT). */
const acrossChannels: Block = (g, x, style) => {
  const [, tokens, channels] = shapeOf(g, x);
  const { heads } = style;
  const [q, k, v] = projected(g, x, style).map((part) => swapped(g, part)) as [string, string, string];
  const scores = mul(g, g.node("MatMul", [normalized(g, q), swapped(g, normalized(g, k))]), g.constant([heads, 1, 1]));
  const mixed = g.node("MatMul", [softmax(g, scores), v]);
  return fc(g, reshape(g, transpose(g, mixed, [0, 3, 1, 2]), [1, tokens, channels]), channels);
};

/** Keys weighted by a softmax over the tokens, then queries times their sum. */
const linear: Block = (g, x, style) => {
  const [q, k, v] = projected(g, x, style);
  const sums = g.node("MatMul", [swapped(g, softmax(g, k, 2)), v]);
  return fc(g, mergeHeads(g, g.node("MatMul", [softmax(g, q), sums])), shapeOf(g, x)[2]);
};

/** Keys and values of an image made smaller by a convolution (PVT), or of means. */
const reduced: Block = (g, x, { heads, scaling }) => {
  const [, tokens, channels] = shapeOf(g, x);
  const side = sideOf(g, x);
  if (tokens > 3200) return x;
  const split = (part: string) =>
    transpose(g, reshape(g, part, [1, g.shape(part)[1]!, heads, channels / heads]), [0, 2, 1, 3]);
  const ratio = side >= 28 ? 4 : 2;
  const small = tokensOf(g, conv(g, imageOf(g, x), { cout: channels, kernel: ratio, stride: ratio, padding: 0 }));
  const [k, v] = [fc(g, layerNorm(g, small), channels), fc(g, small, channels)];
  return fc(g, mergeHeads(g, attend(g, split(fc(g, x, channels)), split(k), split(v), { scaling })), channels);
};

/** Scores mixed over the heads before and after the softmax (CaiT). */
const talking: Block = (g, x, style) => {
  const [, tokens, channels] = shapeOf(g, x);
  if (tokens > 256) return attended(g, x, style);
  const [query, k, v] = projected(g, x, style);
  const q = mul(g, query, scalar(g, (channels / style.heads) ** -0.5));
  const mixed = (scores: string) => transpose(g, fc(g, transpose(g, scores, [0, 2, 3, 1]), style.heads), [0, 3, 1, 2]);
  const scores = mixed(softmax(g, mixed(g.node("MatMul", [q, swapped(g, k)]))));
  return fc(g, mergeHeads(g, g.node("MatMul", [scores, v])), channels);
};

/** A learned table for each pair of tokens, multiplied token by token (AutoFormer). */
const related: Block = (g, x, style) => {
  const [, tokens, channels] = shapeOf(g, x);
  if (tokens > 260) return attended(g, x, style);
  const dim = channels / style.heads;
  const byToken = (part: string) =>
    reshape(g, transpose(g, part, [2, 0, 1, 3]), [tokens, style.heads, g.shape(part).at(-1)!]);
  const [query, k, v] = projected(g, x, style);
  const q = mul(g, query, scalar(g, dim ** -0.5));
  const relative = transpose(g, g.node("MatMul", [byToken(q), g.constant([tokens, dim, tokens])]), [1, 0, 2]);
  const scores = softmax(
    g,
    add(g, g.node("MatMul", [q, swapped(g, k)]), reshape(g, relative, [1, style.heads, tokens, tokens])),
  );
  const values = transpose(g, g.node("MatMul", [byToken(scores), g.constant([tokens, tokens, dim])]), [1, 0, 2]);
  const moved = reshape(g, values, [1, style.heads, tokens, dim]);
  return fc(g, add(g, mergeHeads(g, g.node("MatMul", [scores, v])), mergeHeads(g, moved)), channels);
};

/** Scores of some pairs left out, the others made to sum to one again (masked and gated attention). */
const masked: Block = (g, x, style) => {
  const [, tokens, channels] = shapeOf(g, x);
  if (tokens > 400) return attended(g, x, style);
  const [q, k, v] = projected(g, x, style);
  const raw = mul(g, g.node("MatMul", [q, swapped(g, k)]), scalar(g, (channels / style.heads) ** -0.5));
  const seen = Array.from({ length: tokens * tokens }, (_, i) => (i % tokens <= i / tokens ? 1 : 0));
  const scores = softmax(g, g.node("Where", [g.constant([tokens, tokens], seen, "bool"), raw, scalar(g, -30)]));
  const sums = g.node("ReduceSum", [scores, integers(g, [-1])], { keepdims: 1 });
  return fc(g, mergeHeads(g, g.node("MatMul", [g.node("Div", [scores, sums]), v])), channels);
};

/** What a token differs by from the mean of all. */
const centred: Block = (g, x) => g.node("Sub", [x, mean(g, x, [1], true)]);

/** Squared activations between two layers. */
const squaredLayers: Block = (g, x) => {
  const channels = shapeOf(g, x)[2];
  return fc(g, g.node("Pow", [activation(g, fc(g, x, 3 * channels), "relu"), scalar(g, 2)]), channels);
};

/** Tokens instead of channels through the layers (Mixer, ResMLP). */
const acrossTokens: Block = (g, x, { act }) =>
  shapeOf(g, x)[1] > mostTokens ? x : swapped(g, mlp(g, swapped(g, x), Math.ceil(shapeOf(g, x)[1] / 2), act));

/** Half of the channels gate the other half. */
const gatedUnits: Block = (g, x, { act }) => {
  const channels = shapeOf(g, x)[2];
  const [value, gate] = split(g, fc(g, x, 4 * channels), [2 * channels, 2 * channels], 2) as [string, string];
  return fc(g, mul(g, value, activation(g, gate, act === "none" ? "sigmoid" : act)), channels);
};

/** Contexts of growing windows, each with its gate (FocalNet). */
const focal: Block = (g, x, { act }) => {
  const channels = shapeOf(g, x)[2];
  const [query, context, gates] = split(g, conv(g, imageOf(g, x), { cout: 2 * channels + 3, kernel: 1 }), [
    channels,
    channels,
    3,
  ]) as [string, string, string];
  let from = context;
  const levels = [3, 5, 7].map((kernel, i) => {
    from = depthwise(g, from, { kernel, activation: act });
    return mul(g, from, slice(g, gates, 1, i, i + 1));
  });
  const sum = levels.reduce((a, b) => add(g, a, b));
  return tokensOf(g, mul(g, query, conv(g, sum, { cout: channels, kernel: 1 })));
};

/** Rolled by some rows and columns. */
const shifted: Block = (g, x) => {
  const side = sideOf(g, x);
  const by = Math.max(1, Math.floor(side / 4));
  const rolled = [1, 2].reduce(
    (from, axis) => concat(g, [slice(g, from, axis, by, side), slice(g, from, axis, 0, by)], axis),
    squareOf(g, x),
  );
  return rowOf(g, rolled);
};

/** Every other row and column, joined, and as many channels as before. */
const merged: Block = (g, x) => {
  const side = sideOf(g, x);
  if (side % 2 === 1 || side < 8) return x;
  const square = squareOf(g, x);
  const parts = [0, 1].flatMap((row) =>
    [0, 1].map((column) => slice(g, slice(g, square, 1, row, side, 2), 2, column, side, 2)),
  );
  return fc(g, layerNorm(g, rowOf(g, concat(g, parts, 3))), shapeOf(g, x)[2], { bias: false });
};

const convolved =
  (kernel: number): Block =>
  (g, x, { act }) =>
    tokensOf(g, depthwise(g, imageOf(g, x), { kernel, activation: act }));

const squareRootNorm: Block = (g, x) => {
  const squares = mean(g, g.node("Pow", [x, scalar(g, 2)]), [2], true);
  const root = g.node("Sqrt", [add(g, squares, scalar(g, 1e-6))]);
  return mul(g, g.node("Div", [x, root]), g.constant([shapeOf(g, x)[2]]));
};

/** Rows, columns, heads and their channels in another order, read as tokens again. */
const reordered =
  (...perm: readonly number[]): Block =>
  (g, x, { heads }) => {
    const [, tokens, channels] = shapeOf(g, x);
    const side = sideOf(g, x);
    const half = side % 2 === 0 ? 2 : 1;
    const dims = [side, side, heads, channels / heads];
    const cut = reshape(g, x, perm.length === 4 ? dims : [side / half, half, side / half, half, channels]);
    return reshape(g, transpose(g, cut, perm), [1, tokens, channels]);
  };

/** A token for the whole image, put in front and taken out again. */
const summarised: Block = (g, x) => {
  const [, tokens, channels] = shapeOf(g, x);
  const all = concat(g, [g.constant([1, 1, channels]), x], 1);
  const first = reshape(g, select(g, all, 1, 0), [1, 1, channels]);
  return add(g, slice(g, all, 1, 1, tokens + 1), fc(g, layerNorm(g, first), channels));
};

const blocks = {
  attended,
  "window-7": windowed(7),
  "window-8": windowed(8),
  "window-4": windowed(4),
  "window-14": windowed(14),
  "normalised-window": windowed(7, "normalised"),
  positioned,
  related,
  masked,
  centred,
  "across-channels": acrossChannels,
  linear,
  reduced,
  talking,
  "across-tokens": acrossTokens,
  "gated-units": gatedUnits,
  focal,
  shifted,
  merged,
  "convolved-3": convolved(3),
  "convolved-7": convolved(7),
  layers: (g, x, { act }) => mlp(g, x, 4 * shapeOf(g, x)[2], act),
  "narrow-layers": (g, x, { act }) => mlp(g, x, shapeOf(g, x)[2], act),
  "squared-layers": squaredLayers,
  "square-root-norm": squareRootNorm,
  "layer-norm": (g, x) => layerNorm(g, x),
  scaled: (g, x) => mul(g, x, g.constant([shapeOf(g, x)[2]])),
  placed: (g, x) => addLearned(g, x),
  summarised,
  "reordered-1032": reordered(1, 0, 3, 2),
  "reordered-2031": reordered(2, 0, 3, 1),
  "reordered-2103": reordered(2, 1, 0, 3),
  "reordered-2130": reordered(2, 1, 3, 0),
  "reordered-3102": reordered(3, 1, 0, 2),
  "reordered-03142": reordered(0, 3, 1, 4, 2),
  "reordered-13024": reordered(1, 3, 0, 2, 4),
  "reordered-24130": reordered(2, 4, 1, 3, 0),
} satisfies Readonly<Record<string, Block>>;

const blockNames = Object.keys(blocks) as (keyof typeof blocks)[];
const depth = 14;

const genes = {
  r: [224, 224, 192, 256],
  patch: [4, 8, 16, 16, 32],
  /** Of each head, and heads. */
  dim: [16, 24, 32, 48, 64],
  heads: [2, 3, 4, 6, 8, 12],
  exporter: ["torchscript", "dynamo"],
  scaling: ["roots", "query", "scores"],
  blocks: repeated(depth, blockNames),
  activations: repeated(depth, ["gelu", "relu", "swish", ...activationNames] as const),
} as const;

function graph(architecture: ArchitectureOf<typeof genes>) {
  const { r, patch, dim, heads, exporter, scaling, blocks: names, activations } = architecture;
  const g = createGraphBuilder("medley-tokens");
  // Where there are many tokens channels are few.
  const channels = heads * (patch === 4 ? Math.min(dim, 24) : dim);
  let x = patchTokens(g, g.input("input", [1, 3, r, r]), channels, patch);
  for (const [i, name] of names.entries()) {
    // Without the norm scores grow until their softmax is full of denormal numbers, which take ten times as long.
    const y = blocks[name](g, layerNorm(g, x), { heads, act: activations[i]!, exporter, scaling });
    x = sideOf(g, y) === sideOf(g, x) ? add(g, x, y) : y;
  }
  return g.build([fc(g, mean(g, layerNorm(g, x), [1]), 1000)]);
}

export default createChoiceSpace({
  name: "medley-tokens",
  summary: "unusual kernels of transformers, many in one: to measure, not to deploy",
  genes,
  graph,
});
