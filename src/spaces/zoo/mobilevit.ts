/**
 * MobileViT (Mehta and Rastegari, ICLR 2022; timm `mobilevit.py`): MobileNetV2 blocks with swish, and blocks that unfold
 * the image into 2×2 patches, run a transformer over each pixel position, and fold back. Version 2 has linear attention.
 */
import {
  activation,
  add,
  concat,
  conv,
  createGraphBuilder,
  fc,
  flatten,
  type GraphBuilder,
  globalAvgPool,
  layerNorm,
  mul,
  reshape,
  softmax,
  split,
  transpose,
} from "../../graph/index.js";
import { type Exporter, groupNorm, transformerBlock } from "../blocks/attention.js";
import { invertedResidual, makeDivisible } from "../blocks/mobile.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";

const genes = {
  r: [256, 256, 256, 192, 224, 288, 320],
  size: ["xxs", "xs", "s"],
  version: [1, 1, 2],
  exporter: ["torchscript", "dynamo"],
} as const;

/** Channels of stem and stages, transformer widths, expansion. */
const SIZES = {
  xxs: { channels: [16, 16, 24, 48, 64, 80], widths: [64, 80, 96], expansion: 2 },
  xs: { channels: [16, 32, 48, 64, 80, 96], widths: [96, 120, 144], expansion: 4 },
  s: { channels: [16, 32, 64, 96, 128, 160], widths: [144, 192, 240], expansion: 4 },
} as const;

interface Mixer {
  readonly width: number;
  readonly depth: number;
  readonly exporter: Exporter;
}

function unfoldedTransformer(g: GraphBuilder, x: string, { width, depth, exporter }: Mixer): string {
  const [, c, h, w] = g.shape(x) as [number, number, number, number];
  let y = conv(g, conv(g, x, { cout: c, kernel: 3, activation: "swish" }), { cout: width, kernel: 1, bias: false });
  y = transpose(g, reshape(g, y, [(width * h) / 2, 2, w / 2, 2]), [0, 2, 1, 3]);
  y = transpose(g, reshape(g, y, [1, width, (h * w) / 4, 4]), [0, 3, 2, 1]);
  y = reshape(g, y, [4, (h * w) / 4, width]);
  for (let i = 0; i < depth; i++)
    y = transformerBlock(g, y, { heads: 4, hidden: 2 * width, activation: "swish", exporter, scaling: "roots" });
  y = reshape(g, layerNorm(g, y), [1, 4, (h * w) / 4, width]);
  y = transpose(g, y, [0, 3, 2, 1]);
  y = transpose(g, reshape(g, y, [(width * h) / 2, w / 2, 2, 2]), [0, 2, 1, 3]);
  y = conv(g, reshape(g, y, [1, width, h, w]), { cout: c, kernel: 1, activation: "swish" });
  return conv(g, concat(g, [x, y]), { cout: c, kernel: 3, activation: "swish" });
}

function linearAttentionBlock(g: GraphBuilder, x: string): string {
  const width = g.shape(x)[1]!;
  const qkv = conv(g, groupNorm(g, x), { cout: 1 + 2 * width, kernel: 1 });
  const [q, k, v] = split(g, qkv, [1, width, width]) as [string, string, string];
  const weighted = mul(g, k, softmax(g, q));
  const context = g.node("ReduceSum", [weighted, g.constant([1], [-1], "int64")], { keepdims: 1 });
  const spread = mul(
    g,
    activation(g, v, "relu"),
    g.node("Expand", [context, g.constant([4], [...g.shape(v)], "int64")]),
  );
  x = add(g, x, conv(g, spread, { cout: width, kernel: 1 }));
  const hidden = conv(g, groupNorm(g, x), { cout: 2 * width, kernel: 1, activation: "swish" });
  return add(g, x, conv(g, hidden, { cout: width, kernel: 1 }));
}

const evens = (size: number): number[] => Array.from({ length: size / 2 }, (_, i) => 2 * i);

function linearTransformer(g: GraphBuilder, x: string, { width, depth }: Mixer): string {
  const [, c, h, w] = g.shape(x) as [number, number, number, number];
  let y = conv(g, x, { cout: c, kernel: 3, groups: c, activation: "swish" });
  y = conv(g, y, { cout: width, kernel: 1, bias: false });
  // `F.unfold` is exported as two gathers of overlapping rows and columns (here every other one), the way back as a shuffle.
  const everyOther = (size: number) =>
    g.constant([2, size / 2], [...evens(size), ...evens(size).map((even) => even + 1)], "int64");
  y = g.node("Gather", [g.node("Gather", [y, everyOther(h)], { axis: 2 }), everyOther(w)], { axis: 4 });
  y = reshape(g, transpose(g, y, [0, 1, 2, 4, 3, 5]), [1, width, 4, (h * w) / 4]);
  for (let i = 0; i < depth; i++) y = linearAttentionBlock(g, y);
  y = reshape(g, groupNorm(g, y), [1, 4 * width, h / 2, w / 2]);
  y = g.node("DepthToSpace", [y], { blocksize: 2, mode: "CRD" });
  return conv(g, y, { cout: c, kernel: 1 });
}

function graph({ r, size, version, exporter }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("mobilevit");
  const { channels, widths, expansion } = SIZES[size];
  const mix = version === 1 ? unfoldedTransformer : linearTransformer;
  const residual = (from: string, cout: number, stride: number) => {
    const expanded = makeDivisible(g.shape(from)[1]! * expansion);
    return invertedResidual(g, from, { cout, expanded, kernel: 3, stride, activation: "swish" });
  };
  let x = conv(g, g.input("input", [1, 3, r, r]), { cout: channels[0], kernel: 3, stride: 2, activation: "swish" });
  x = residual(x, channels[1], 1);
  for (const stride of [2, 1]) x = residual(x, channels[2], stride);
  for (const [stage, depth] of [2, 4, 3].entries()) {
    x = residual(x, channels[stage + 3]!, 2);
    // Patches of 2 × 2 need an even map.
    if (g.shape(x)[2]! % 2 === 0) x = mix(g, x, { width: widths[stage]!, depth, exporter });
  }
  if (version === 1) x = conv(g, x, { cout: 4 * channels[5], kernel: 1, activation: "swish" });
  return g.build([fc(g, flatten(g, globalAvgPool(g, x)), 1000)]);
}

export default createChoiceSpace({ name: "mobilevit", summary: "MobileViT 1 and 2", genes, graph });
