/**
 * EdgeNeXt (Maaz et al. 2022; timm `edgenext.py`): ConvNeXt blocks of growing kernels, and blocks that convolve the image in
 * channel groups one after the other, then attend between channels (XCA).
 */
import {
  activation,
  add,
  concat,
  conv,
  createGraphBuilder,
  depthwise,
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
import { type Exporter, imageLayerNorm, mlp, tokensOf, unbind } from "../blocks/attention.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";

const genes = {
  r: [256, 256, 224, 192, 288, 320],
  channels: [
    [24, 48, 88, 168],
    [32, 64, 100, 192],
    [48, 96, 160, 304],
    [80, 160, 288, 584],
  ].map((list) => list.join("-")),
  heads: [4, 8],
  depths: {
    positions: [
      [1, 2],
      [1, 2],
      [1, 2, 4],
      [1, 2],
    ],
  },
  exporter: ["torchscript", "dynamo"] as const,
};

function convBlock(g: GraphBuilder, x: string, kernel: number): string {
  const c = g.shape(x)[1]!;
  const y = layerNorm(g, transpose(g, depthwise(g, x, { kernel }), [0, 2, 3, 1]));
  return add(g, x, transpose(g, mul(g, g.constant([c]), mlp(g, y, 4 * c)), [0, 3, 1, 2]));
}

/** Attention between channels: scores are dim × dim, whatever the image size. */
function crossCovariance(g: GraphBuilder, x: string, heads: number, exporter: Exporter): string {
  const [, tokens, c] = g.shape(x) as [number, number, number];
  const qkv = reshape(g, fc(g, x, 3 * c), [1, tokens, 3, heads, c / heads]);
  const [q, k, v] = unbind(g, transpose(g, qkv, [2, 0, 3, 4, 1]), exporter) as [string, string, string];
  const unit = (y: string) => {
    const norm = g.node("ReduceL2", [y], { axes: [-1], keepdims: 1 });
    return g.node("Div", [y, g.node("Expand", [norm, g.constant([4], [...g.shape(y)], "int64")])]);
  };
  const scores = mul(g, g.node("MatMul", [unit(q), transpose(g, unit(k), [0, 1, 3, 2])]), g.constant([heads, 1, 1]));
  const mixed = g.node("MatMul", [softmax(g, scores), v]);
  return fc(g, reshape(g, transpose(g, mixed, [0, 3, 1, 2]), [1, tokens, c]), c);
}

function splitBlock(g: GraphBuilder, x: string, parts: number, heads: number, exporter: Exporter): string {
  const [, c, h, w] = g.shape(x) as [number, number, number, number];
  const width = Math.ceil(c / parts);
  const sizes = Array.from({ length: parts }, (_, i) => Math.min(width, c - i * width));
  const pieces = split(g, x, sizes);
  const done: string[] = [];
  for (const piece of pieces.slice(0, -1)) {
    const last = done.at(-1);
    done.push(depthwise(g, last === undefined ? piece : add(g, last, piece), { kernel: 3 }));
  }
  let tokens = tokensOf(g, concat(g, [...done, pieces.at(-1)!]));
  const scaled = (y: string) => mul(g, g.constant([c]), y);
  tokens = add(g, tokens, scaled(crossCovariance(g, layerNorm(g, tokens), heads, exporter)));
  let image = reshape(g, tokens, [1, h, w, c]);
  image = scaled(mlp(g, layerNorm(g, image), 4 * c));
  return add(g, x, transpose(g, image, [0, 3, 1, 2]));
}

function graph({ r, channels, heads, depths, exporter }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("edgenext");
  const widths = channels.split("-").map(Number);
  let x = conv(g, g.input("input", [1, 3, r, r]), { cout: widths[0]!, kernel: 4, stride: 4, padding: 0 });
  x = imageLayerNorm(g, x);
  for (const [stage, depth] of depths.entries()) {
    const cout = widths[stage]!;
    if (stage > 0) x = conv(g, imageLayerNorm(g, x), { cout, kernel: 2, stride: 2, padding: 0 });
    for (let i = 0; i < depth; i++) x = convBlock(g, x, 3 + 2 * stage);
    // The heads must divide the channels; the first stage has no attention.
    const dividing = cout % heads === 0 ? heads : 4;
    if (stage > 0) x = splitBlock(g, x, stage + 1, dividing, exporter);
  }
  x = imageLayerNorm(g, globalAvgPool(g, x));
  return g.build([fc(g, activation(g, flatten(g, x), "none"), 1000)]);
}

export default createChoiceSpace({
  name: "edgenext",
  summary: "EdgeNeXt: ConvNeXt blocks and attention between channels",
  genes,
  graph,
});
