/**
 * A medley of what image networks have beside the usual blocks: grouped convolutions of every group width, oblong, dilated, large and
 * unpadded windows, resizing by odd factors, pooling and gating of all kinds. No such network is deployed; networks of families that no
 * space here has are made of such kernels. Without them, on an exported ResNeXt, RegNet or Inception-v4, predictions were 11 to 23 % too
 * low (onnxruntime-node 1.30 on a Xeon).
 */
import {
  type Activation,
  activation,
  activationNames,
  add,
  avgPool,
  batchNorm,
  type ConvOptions,
  channelShuffle,
  concat,
  conv,
  convTranspose,
  createGraphBuilder,
  depthwise,
  fc,
  flatten,
  type GraphBuilder,
  globalAvgPool,
  integers,
  maxPool,
  mean,
  mul,
  reshape,
  resize,
  scalar,
  slice,
  softmax,
  split,
} from "../../graph/index.js";
import { groupNorm, imageLayerNorm } from "../blocks/attention.js";
import { gated, makeDivisible } from "../blocks/mobile.js";
import { type ArchitectureOf, createChoiceSpace, repeated } from "../choice-space.js";
import { RESOLUTIONS } from "../zoo/resolutions.js";

/** Channels and activation of a block. */
interface Style {
  readonly width: number;
  readonly act: Activation;
}
type Block = (g: GraphBuilder, x: string, style: Style) => string;

const channelsOf = (g: GraphBuilder, x: string) => g.shape(x)[1]!;
const sizeOf = (g: GraphBuilder, x: string) => g.shape(x)[2]!;

/** 1×1 to a width that the groups divide, then a grouped 3×3. @param wider by this factor: inside of inverted bottlenecks */
const grouped =
  (groupWidth: number, stride = 1, wider = 1): Block =>
  (g, x, { width, act }) => {
    const cout = Math.max(groupWidth, Math.round((wider * width) / groupWidth) * groupWidth);
    const y = conv(g, x, { cout, kernel: 1, activation: act });
    return conv(g, y, { cout, kernel: 3, stride, groups: cout / groupWidth, activation: act });
  };

const window =
  (
    kernel: number | readonly [number, number],
    options: Pick<ConvOptions, "dilation" | "stride" | "padding"> = {},
  ): Block =>
  (g, x, { width, act }) =>
    conv(g, x, { cout: width, kernel, activation: act, ...options });

const perChannel =
  (kernel: number | readonly [number, number], options: Pick<ConvOptions, "dilation" | "stride"> = {}): Block =>
  (g, x, { act }) =>
    depthwise(g, x, { kernel, activation: act, ...options });

/** Two windows in a row, as factorised convolutions come. */
const both =
  (...blocks: readonly Block[]): Block =>
  (g, x, style) =>
    blocks.reduce((from, block) => block(g, from, style), x);

/** Resized by a factor, and brought back by pooling or not at all where it shrank. */
const resized =
  (factor: number, mode: "nearest" | "linear" | "cubic"): Block =>
  (g, x) => {
    const side = sizeOf(g, x);
    const to = Math.max(1, Math.round(side * factor));
    const y = resize(g, x, to, to, mode);
    return to >= 2 * side ? maxPool(g, y, { kernel: 2, padding: 0 }) : y;
  };

/** Parts of the channels, each through a block of its own, joined again. */
const parted =
  (parts: number, block: Block): Block =>
  (g, x, style) => {
    const cut = Math.floor(channelsOf(g, x) / parts);
    const sizes = Array.from({ length: parts }, (_, i) => (i === 0 ? channelsOf(g, x) - cut * (parts - 1) : cut));
    const pieces = split(g, x, sizes);
    return concat(
      g,
      pieces.map((piece, i) => (i % 2 === 0 ? block(g, piece, { ...style, width: sizes[i]! }) : piece)),
    );
  };

/** A 1×1 where the image is too small to shrink. */
const shrinking =
  (block: Block): Block =>
  (g, x, style) =>
    (sizeOf(g, x) < 7 ? window(1) : block)(g, x, style);

/** Weighted by a map of the means and maxima over the channels. */
const weighedBySpace: Block = (g, x) => {
  const most = g.node("ReduceMax", [x], { axes: [1], keepdims: 1 });
  const map = conv(g, concat(g, [mean(g, x, [1], true), most]), { cout: 1, kernel: 7, activation: "sigmoid" });
  return mul(g, x, map);
};

/** Two branches weighed against each other, as selective kernels and split attention do. */
const selected: Block = (g, x, { width, act }) => {
  const [, , h, w] = g.shape(x) as [number, number, number, number];
  const cout = makeDivisible(width, 16);
  const branches = reshape(g, conv(g, x, { cout: 2 * cout, kernel: 3, groups: 2, activation: act }), [
    1,
    2,
    cout,
    h,
    w,
  ]);
  const pooled = globalAvgPool(g, g.node("ReduceSum", [branches, integers(g, [1])], { keepdims: 0 }));
  const inner = conv(g, pooled, { cout: makeDivisible(cout / 4), kernel: 1, activation: "relu" });
  const scores = reshape(g, conv(g, inner, { cout: 2 * cout, kernel: 1 }), [1, 2, cout, 1, 1]);
  return g.node("ReduceSum", [mul(g, branches, softmax(g, scores, 1)), integers(g, [1])], { keepdims: 0 });
};

/** Every other row and column, four times, joined (patch merging, focus). */
const folded: Block = (g, x, style) => {
  const side = sizeOf(g, x) & ~1;
  const rows = [0, 1].map((from) => slice(g, x, 2, from, side, 2));
  const parts = rows.flatMap((row) => [0, 1].map((from) => slice(g, row, 3, from, side, 2)));
  return conv(g, concat(g, parts), { cout: style.width, kernel: 1, activation: style.act });
};

/** Squared, scaled and moved (StarReLU). */
const squared: Block = (g, x) => {
  const square = g.node("Pow", [activation(g, x, "relu"), scalar(g, 2)]);
  return add(g, mul(g, square, scalar(g, 0.9)), scalar(g, -0.4));
};

/** Less its mean over the image, by its spread (SimAM, instance norms written out). */
const centred: Block = (g, x) => {
  const rest = g.node("Sub", [x, mean(g, x, [2, 3], true)]);
  const spread = mean(g, g.node("Pow", [rest, scalar(g, 2)]), [2, 3], true);
  return g.node("Div", [rest, g.node("Sqrt", [add(g, spread, scalar(g, 1e-5))])]);
};

const scaled: Block = (g, x) => mul(g, x, g.constant([channelsOf(g, x), 1, 1]));

const blocks = {
  "group-2": grouped(2),
  "group-4": grouped(4),
  "group-8": grouped(8),
  "group-16": grouped(16),
  "group-24": grouped(24),
  "group-32": grouped(32),
  "group-64": grouped(64),
  "group-4-halved": shrinking(grouped(4, 2)),
  "group-8-halved": shrinking(grouped(8, 2)),
  "group-16-halved": shrinking(grouped(16, 2)),
  "group-32-halved": shrinking(grouped(32, 2)),
  "1x1": window(1),
  "1x1-halved": shrinking(window(1, { stride: 2 })),
  "2x2-halved": shrinking(window(2, { stride: 2 })),
  "3x3": window(3),
  "3x3-halved": shrinking(window(3, { stride: 2 })),
  "3x3-dilated": window(3, { dilation: 2 }),
  "3x3-far": window(3, { dilation: 4 }),
  "5x5": window(5),
  "7x7": window(7),
  "1x7-7x1": both(window([1, 7]), window([7, 1])),
  "7x1-1x7": both(window([7, 1]), window([1, 7])),
  "1x3-3x1": both(window([1, 3]), window([3, 1])),
  "5x1-1x5": both(window([5, 1]), window([1, 5])),
  unpadded: shrinking(window(3, { padding: 0 })),
  "unpadded-halved": shrinking(window(3, { stride: 2, padding: 0 })),
  "residual-3x3": (g, x, { act }) =>
    add(
      g,
      x,
      conv(g, conv(g, x, { cout: channelsOf(g, x), kernel: 3, activation: act }), {
        cout: channelsOf(g, x),
        kernel: 3,
      }),
    ),
  "depthwise-1": perChannel(1),
  "depthwise-3-dilated": perChannel(3, { dilation: 2 }),
  "depthwise-5-halved": shrinking(perChannel(5, { stride: 2 })),
  "depthwise-7": perChannel(7),
  "depthwise-9": perChannel(9),
  "depthwise-11": perChannel(11),
  "depthwise-13": perChannel(13),
  "depthwise-oblong": both(perChannel([1, 11]), perChannel([11, 1])),
  "mixed-windows": parted(4, both(perChannel(5), perChannel(7))),
  "parted-2": parted(2, window(3)),
  "parted-4": parted(4, window(1)),
  "parted-3": parted(3, perChannel(3)),
  dense: (g, x, { width, act }) =>
    concat(g, [x, conv(g, x, { cout: makeDivisible(width / 4), kernel: 3, activation: act })]),
  shuffled: (g, x, style) => channelShuffle(g, window(1)(g, x, { ...style, width: makeDivisible(style.width, 16) }), 4),
  transposed: (g, x, { width, act }) =>
    maxPool(g, convTranspose(g, x, { cout: makeDivisible(width / 2), kernel: 2, stride: 2, activation: act }), {
      kernel: 2,
      padding: 0,
    }),
  "resized-nearest": resized(2, "nearest"),
  "resized-linear": resized(2, "linear"),
  "resized-cubic": resized(2, "cubic"),
  "resized-odd": resized(1.15, "linear"),
  "resized-odd-cubic": shrinking(resized(0.93, "cubic")),
  "max-3": (g, x) => maxPool(g, x, { kernel: 3, stride: 1, padding: 1 }),
  "max-5": (g, x) => maxPool(g, x, { kernel: 5, stride: 1, padding: 2 }),
  "average-3": (g, x) => avgPool(g, x, { kernel: 3, stride: 1, padding: 1 }),
  "average-3-counted": (g, x) => avgPool(g, x, { kernel: 3, stride: 1, padding: 1, countPadding: true }),
  "average-halved": shrinking((g, x) => avgPool(g, x, { kernel: 2, padding: 0, ceil: true })),
  squeezed: (g, x) => gated(g, x, { squeeze: makeDivisible(channelsOf(g, x) / 8), pooling: "reduce-mean" }),
  "squeezed-hard": (g, x) => gated(g, x, { squeeze: makeDivisible(channelsOf(g, x) / 4), gate: "hsigmoid" }),
  "weighed-by-space": weighedBySpace,
  selected,
  folded: shrinking(folded),
  scaled,
  squared,
  centred,
  "slope-by-channel": (g, x) => g.node("PRelu", [x, g.constant([channelsOf(g, x), 1, 1])]),
  "larger-of-two": (g, x) => g.node("Max", [x, conv(g, x, { cout: channelsOf(g, x), kernel: 1 })]),
  "layer-norm": (g, x) => imageLayerNorm(g, x),
  "group-norm": (g, x) => groupNorm(g, x),
  "norm-first": (g, x, { act }) => activation(g, batchNorm(g, x), act),
  "group-4-wide": grouped(4, 1, 3),
  "group-8-wide": grouped(8, 1, 3),
  "group-16-wide": grouped(16, 1, 3),
  "group-2-halved": shrinking(grouped(2, 2)),
} satisfies Readonly<Record<string, Block>>;

const blockNames = Object.keys(blocks) as (keyof typeof blocks)[];
/** Blocks of a stage, and stages: between two of these the image is halved. */
const perStage = 6;
const stages = 4;
/** Usual channels of the stages. Choice. */
const baseWidths = [32, 64, 128, 256];

const genes = {
  r: RESOLUTIONS,
  blocks: repeated(perStage * stages, blockNames),
  /** Of the stage's usual channels. */
  widths: repeated(perStage * stages, [0.5, 0.75, 1, 1, 1.25, 1.5, 2, 2.5]),
  activations: repeated(perStage * stages, ["none", "relu", "swish", ...activationNames] as const),
  /** Channels in a row are multiples of this. */
  divisor: [8, 8, 16, 32, 2, 2],
};

function graph({ r, blocks: names, widths, activations, divisor }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("medley-images");
  let x = conv(g, g.input("input", [1, 3, r, r]), { cout: baseWidths[0]!, kernel: 3, stride: 2, activation: "relu" });
  for (const [i, name] of names.entries()) {
    const stage = Math.floor(i / perStage);
    const width = makeDivisible(baseWidths[stage]! * widths[i]!, divisor);
    const act = activations[i]!;
    if (i % perStage === 0 && sizeOf(g, x) > 7)
      x = conv(g, x, { cout: baseWidths[stage]!, kernel: 3, stride: 2, activation: act });
    // What joins channels makes them many.
    if (channelsOf(g, x) > 3 * baseWidths[stage]!) x = conv(g, x, { cout: width, kernel: 1, activation: act });
    x = blocks[name](g, x, { width, act });
  }
  return g.build([fc(g, flatten(g, globalAvgPool(g, x)), 1000)]);
}

export default createChoiceSpace({
  name: "medley-images",
  summary: "unusual kernels of image networks, many in one: to measure, not to deploy",
  genes,
  graph,
});
