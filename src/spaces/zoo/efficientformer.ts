/** EfficientFormer (Li et al., NeurIPS 2022; timm `efficientformer.py`): pooling blocks on images, attention in the last stage. */
import {
  activation,
  add,
  avgPool,
  conv,
  createGraphBuilder,
  fc,
  type GraphBuilder,
  layerNorm,
  mean,
  mul,
  reshape,
  split,
  transpose,
} from "../../graph/index.js";
import { attend, mergeHeads, mlp, tokensOf } from "../blocks/attention.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";

const genes = {
  r: [224, 224, 192, 256],
  channels: [48, 48, 40, 64, 32],
  depths: {
    positions: [
      [1, 2, 3],
      [1, 2],
      [2, 4],
      [1, 2],
    ],
  },
  blocks: [1, 2],
} as const;

function poolingBlock(g: GraphBuilder, x: string): string {
  const c = g.shape(x)[1]!;
  const scaled = (y: string) => mul(g, y, g.constant([c, 1, 1]));
  const pooled = avgPool(g, x, { kernel: 3, stride: 1, padding: 1 });
  x = add(g, x, scaled(g.node("Sub", [pooled, x])));
  const hidden = activation(g, conv(g, x, { cout: 4 * c, kernel: 1 }), "gelu");
  return add(g, x, scaled(conv(g, hidden, { cout: c, kernel: 1 })));
}

/** Keys of 32 channels and values of 128, eight heads, a learned bias on the scores, layer scale. */
function attentionBlock(g: GraphBuilder, x: string): string {
  const [, tokens, c] = g.shape(x) as [number, number, number];
  const scaled = (y: string) => mul(g, y, g.constant([c]));
  const qkv = reshape(g, fc(g, layerNorm(g, x), 8 * 192), [1, tokens, 8, 192]);
  const parts = split(g, transpose(g, qkv, [0, 2, 1, 3]), [32, 32, 128], 3);
  const bias = (scores: string) => add(g, scores, g.constant([8, tokens, tokens]));
  const mixed = attend(g, parts[0]!, parts[1]!, parts[2]!, { scaling: "scores", bias });
  x = add(g, x, scaled(fc(g, mergeHeads(g, mixed), c)));
  return add(g, x, scaled(mlp(g, layerNorm(g, x), 4 * c)));
}

function graph({ r, channels, depths, blocks }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("efficientformer");
  let x = conv(g, g.input("input", [1, 3, r, r]), { cout: channels / 2, kernel: 3, stride: 2, activation: "relu" });
  x = conv(g, x, { cout: channels, kernel: 3, stride: 2, activation: "relu" });
  for (const [stage, depth] of depths.entries()) {
    const cout = Math.round(([1, 2, 4.67, 9.33][stage]! * channels) / 16) * 16;
    if (stage > 0) x = conv(g, x, { cout, kernel: 3, stride: 2 });
    else if (cout !== channels) x = conv(g, x, { cout, kernel: 3 });
    for (let i = 0; i < depth; i++) x = poolingBlock(g, x);
  }
  x = tokensOf(g, x);
  for (let i = 0; i < blocks; i++) x = attentionBlock(g, x);
  x = mean(g, layerNorm(g, x), [1]);
  return g.build([add(g, fc(g, x, 1000), fc(g, x, 1000))]);
}

export default createChoiceSpace({ name: "efficientformer", summary: "EfficientFormer", genes, graph });
