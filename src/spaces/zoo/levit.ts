/**
 * LeViT (Graham et al., ICCV 2021; timm `levit.py`): convolutional stem, then attention whose linear layers are followed
 * by a batch norm over flattened tokens, which the exporters leave in the graph.
 */
import {
  activation,
  add,
  batchNorm,
  conv,
  createGraphBuilder,
  fc,
  type GraphBuilder,
  mean,
  mul,
  reshape,
  scalar,
  slice,
  softmax,
  split,
  transpose,
} from "../../graph/index.js";
import { mergeHeads, tokensOf } from "../blocks/attention.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";

const genes = {
  r: [224, 224, 224, 192, 256],
  size: ["128s", "128", "192", "256", "384"],
  depths: {
    positions: [
      [1, 2],
      [1, 2],
      [1, 2],
    ],
  },
} as const;

/** Channels, heads and key dimension of the three stages. */
const SIZES = {
  "128s": { channels: [128, 256, 384], heads: [4, 6, 8], dim: 16 },
  "128": { channels: [128, 256, 384], heads: [4, 8, 12], dim: 16 },
  "192": { channels: [192, 288, 384], heads: [3, 5, 6], dim: 32 },
  "256": { channels: [256, 384, 512], heads: [4, 6, 8], dim: 32 },
  "384": { channels: [384, 512, 768], heads: [6, 9, 12], dim: 32 },
} as const;

/** Linear layer without bias, batch norm over (batch · tokens, channels). */
function linearNorm(g: GraphBuilder, x: string, features: number): string {
  const [batch, tokens] = g.shape(x) as [number, number];
  const flat = g.node("Flatten", [fc(g, x, features, { bias: false })], { axis: 2 });
  return reshape(g, batchNorm(g, flat), [batch, tokens, features]);
}

interface Attention {
  readonly heads: number;
  readonly dim: number;
  /** Width of v over width of k: 2 within a stage, 4 between stages. */
  readonly ratio: number;
  readonly cout: number;
  /** Queries from every other row and column. */
  readonly halve: boolean;
}

function queries(g: GraphBuilder, x: string, { heads, dim }: Attention): string {
  const [, tokens, c] = g.shape(x) as [number, number, number];
  const side = Math.sqrt(tokens);
  const image = reshape(g, x, [1, side, side, c]);
  const kept = slice(g, slice(g, image, 1, 0, side, 2), 2, 0, side, 2);
  const count = g.shape(kept)[1]! ** 2;
  return reshape(g, linearNorm(g, reshape(g, kept, [1, count, c]), heads * dim), [1, count, heads, dim]);
}

function attention(g: GraphBuilder, x: string, options: Attention): string {
  const { heads, dim, ratio, cout, halve } = options;
  const tokens = g.shape(x)[1]!;
  const parts = halve ? [dim, ratio * dim] : [dim, dim, ratio * dim];
  const width = parts.reduce((total, part) => total + part, 0);
  const qkv = reshape(g, linearNorm(g, x, heads * width), [1, tokens, heads, width]);
  const split3 = split(g, qkv, parts, 3);
  const q = transpose(g, halve ? queries(g, x, options) : split3[0]!, [0, 2, 1, 3]);
  const k = transpose(g, split3.at(-2)!, [0, 2, 3, 1]);
  const v = transpose(g, split3.at(-1)!, [0, 2, 1, 3]);
  const scores = mul(g, g.node("MatMul", [q, k]), scalar(g, dim ** -0.5));
  const biased = add(g, scores, g.constant(g.shape(scores).slice(1)));
  const mixed = mergeHeads(g, g.node("MatMul", [softmax(g, biased), v]));
  return linearNorm(g, activation(g, mixed, "hswish"), cout);
}

function mixer(g: GraphBuilder, x: string, ratio: number): string {
  const c = g.shape(x)[2]!;
  return add(g, x, linearNorm(g, activation(g, linearNorm(g, x, ratio * c), "hswish"), c));
}

function graph({ r, size, depths }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("levit");
  const { channels, heads, dim } = SIZES[size];
  let x = g.input("input", [1, 3, r, r]);
  for (const [i, scale] of [8, 4, 2, 1].entries())
    x = conv(g, x, { cout: channels[0] / scale, kernel: 3, stride: 2, activation: i < 3 ? "hswish" : "none" });
  x = tokensOf(g, x);
  for (const [stage, depth] of depths.entries()) {
    const cout = channels[stage]!;
    if (stage > 0) {
      const before = g.shape(x)[2]!;
      x = mixer(g, attention(g, x, { heads: before / dim, dim, ratio: 4, cout, halve: true }), 2);
    }
    for (let i = 0; i < depth; i++) {
      x = add(g, x, attention(g, x, { heads: heads[stage]!, dim, ratio: 2, cout, halve: false }));
      x = mixer(g, x, 2);
    }
  }
  return g.build([fc(g, mean(g, x, [1]), 1000)]);
}

export default createChoiceSpace({ name: "levit", summary: "LeViT", genes, graph });
