/**
 * Pyramid vision transformer v2 (Wang et al. 2022; timm `pvt_v2.py`) and SegFormer's encoder: attention whose keys and values come
 * from a strided convolution, MLPs with a depthwise convolution inside.
 */
import {
  activation,
  add,
  conv,
  createGraphBuilder,
  depthwise,
  fc,
  type GraphBuilder,
  layerNorm,
  mean,
  reshape,
  transpose,
} from "../../graph/index.js";
import { attend, type Exporter, imageOf, mergeHeads, tokensOf, unbind } from "../blocks/attention.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";

const genes = {
  r: [224, 224, 256, 192, 320],
  channels: [32, 32, 64],
  ratio: [4, 8],
  depths: {
    positions: [
      [1, 2],
      [1, 2],
      [1, 2],
      [1, 2],
    ],
  },
  exporter: ["torchscript", "dynamo"],
} as const;

interface Block {
  readonly heads: number;
  /** Stride of the convolution before keys and values. */
  readonly reduction: number;
  readonly ratio: number;
  readonly exporter: Exporter;
}

function attention(g: GraphBuilder, x: string, { heads, reduction, exporter }: Block): string {
  const [, tokens, c] = g.shape(x) as [number, number, number];
  const q = transpose(g, reshape(g, fc(g, x, c), [1, tokens, heads, c / heads]), [0, 2, 1, 3]);
  let source = x;
  if (reduction > 1) {
    const image = conv(g, imageOf(g, x), { cout: c, kernel: reduction, stride: reduction, padding: 0 });
    source = layerNorm(g, tokensOf(g, image));
  }
  const kv = reshape(g, fc(g, source, 2 * c), [1, g.shape(source)[1]!, 2, heads, c / heads]);
  const [k, v] = unbind(g, transpose(g, kv, [2, 0, 3, 1, 4]), exporter) as [string, string];
  return fc(g, mergeHeads(g, attend(g, q, k, v, { scaling: "roots" })), c);
}

function block(g: GraphBuilder, x: string, options: Block): string {
  const c = g.shape(x)[2]!;
  x = add(g, x, attention(g, layerNorm(g, x), options));
  const hidden = depthwise(g, imageOf(g, fc(g, layerNorm(g, x), options.ratio * c)), { kernel: 3 });
  return add(g, x, fc(g, activation(g, tokensOf(g, hidden), "gelu"), c));
}

function graph({ r, channels, ratio, depths, exporter }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("pvt");
  let x = g.input("input", [1, 3, r, r]);
  for (const [stage, depth] of depths.entries()) {
    const cout = channels * [1, 2, 5, 8][stage]!;
    const embedded = conv(
      g,
      x,
      stage === 0 ? { cout, kernel: 7, stride: 4, padding: 3 } : { cout, kernel: 3, stride: 2 },
    );
    let tokens = layerNorm(g, tokensOf(g, embedded));
    const [heads, reduction] = [[1, 2, 5, 8][stage]!, [8, 4, 2, 1][stage]!];
    for (let i = 0; i < depth; i++) tokens = block(g, tokens, { heads, reduction, ratio, exporter });
    x = stage === 3 ? layerNorm(g, tokens) : imageOf(g, layerNorm(g, tokens));
  }
  return g.build([fc(g, mean(g, x, [1]), 1000)]);
}

export default createChoiceSpace({
  name: "pvt",
  summary: "Pyramid vision transformer v2, SegFormer's encoder",
  genes,
  graph,
});
