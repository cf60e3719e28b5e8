/** PoolFormer (Yu et al., CVPR 2022; timm `metaformer.py`): average pooling minus identity as token mixer, group norm, 1×1 MLPs. */
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
} from "../../graph/index.js";
import { groupNorm } from "../blocks/attention.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";

const genes = {
  r: [224, 224, 192, 256],
  channels: [64, 64, 96, 48],
  ratio: [4, 4, 3],
  depths: {
    positions: [
      [1, 2],
      [1, 2],
      [1, 2],
      [1, 2],
    ],
  },
} as const;

function block(g: GraphBuilder, x: string, ratio: number): string {
  const c = g.shape(x)[1]!;
  const scaled = (y: string) => mul(g, y, g.constant([c, 1, 1]));
  const normal = groupNorm(g, x);
  const pooled = avgPool(g, normal, { kernel: 3, stride: 1, padding: 1 });
  x = add(g, x, scaled(g.node("Sub", [pooled, normal])));
  const hidden = activation(g, conv(g, groupNorm(g, x), { cout: ratio * c, kernel: 1 }), "gelu");
  return add(g, x, scaled(conv(g, hidden, { cout: c, kernel: 1 })));
}

function graph({ r, channels, ratio, depths }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("poolformer");
  let x = conv(g, g.input("input", [1, 3, r, r]), { cout: channels, kernel: 7, stride: 4, padding: 2 });
  for (const [stage, depth] of depths.entries()) {
    const cout = [1, 2, 5, 8][stage]! * channels;
    if (stage > 0) x = conv(g, x, { cout, kernel: 3, stride: 2, padding: 1 });
    for (let i = 0; i < depth; i++) x = block(g, x, ratio);
  }
  return g.build([fc(g, layerNorm(g, mean(g, x, [2, 3])), 1000)]);
}

export default createChoiceSpace({ name: "poolformer", summary: "PoolFormer", genes, graph });
