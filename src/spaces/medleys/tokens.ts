/**
 * A medley of what transformers have beside plain self-attention: windows of several sizes, normalised and transposed attention, position
 * terms spread over rows and columns, shifted images, gates, convolutions between token layers. No such network is deployed; networks of
 * families that no space here has are made of such kernels. Without them, transposes, copies and softmax of exported BoTNet, Swin-v2 and
 * XCiT were off by two to fifteen times (onnxruntime-node 1.30 on a Xeon).
 */
import {
  activation,
  activationNames,
  add,
  concat,
  conv,
  createGraphBuilder,
  depthwise,
  fc,
  layerNorm,
  mean,
  mul,
  reshape,
  scalar,
  slice,
  split,
  transpose,
} from "../../graph/index.js";
import { addLearned, imageOf, mlp, patchTokens, roll, select, swapped, tokensOf } from "../blocks/attention.js";
import { type ArchitectureOf, createChoiceSpace, repeated } from "../choice-space.js";
import {
  acrossChannels,
  attended,
  type Block,
  linear,
  masked,
  mostTokens,
  positioned,
  reduced,
  related,
  rowOf,
  shapeOf,
  sideOf,
  squareOf,
  talking,
  windowed,
} from "./attention.js";

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

/** Pairs of each head's channels turned by an angle for each place: every other one, joined in turn (rotary embeddings). */
const turned: Block = (g, x, { heads }) => {
  const [, tokens, channels] = shapeOf(g, x);
  const dim = channels / heads;
  const byHead = transpose(g, reshape(g, x, [1, tokens, heads, dim]), [0, 2, 1, 3]);
  const pairs = [1, tokens * heads * (dim / 2), 1];
  const [even, odd] = [0, 1].map((from) => reshape(g, slice(g, byHead, 3, from, dim, 2), pairs)) as [string, string];
  const across = reshape(g, concat(g, [g.node("Neg", [odd]), even], 2), [1, heads, tokens, dim]);
  const angles = () => g.constant([tokens, dim]);
  const sum = add(g, mul(g, byHead, angles()), mul(g, across, angles()));
  return reshape(g, transpose(g, sum, [0, 2, 1, 3]), [1, tokens, channels]);
};

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
const shifted: Block = (g, x) => rowOf(g, roll(g, squareOf(g, x), -Math.max(1, Math.floor(sideOf(g, x) / 4))));

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
  turned,
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
