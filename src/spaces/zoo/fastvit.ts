/**
 * FastViT and RepMixer-like networks as exported from training form (Vasu et al., ICCV 2023; timm `fastvit.py`): depthwise
 * branches with batch-normed identities, 7×7 depthwise feed-forward blocks with GELU, layer scale, squeeze-and-excitation at the end.
 */
import {
  activation,
  add,
  batchNorm,
  conv,
  createGraphBuilder,
  depthwise,
  fc,
  flatten,
  type GraphBuilder,
  globalAvgPool,
  mul,
} from "../../graph/index.js";
import { gated } from "../blocks/mobile.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";

const genes = {
  r: [256, 256, 224, 192, 320],
  channels: [48, 48, 64, 76],
  ratio: [3, 3, 4],
  depths: {
    positions: [
      [1, 2],
      [1, 2],
      [2, 4],
      [1, 2],
    ],
  },
} as const;

function mixer(g: GraphBuilder, x: string): string {
  const c = g.shape(x)[1]!;
  const branches = add(g, add(g, batchNorm(g, x), depthwise(g, x, { kernel: 1 })), depthwise(g, x, { kernel: 3 }));
  const mixed = g.node("Sub", [branches, batchNorm(g, x)]);
  return add(g, x, mul(g, mixed, g.constant([c, 1, 1])));
}

function feedForward(g: GraphBuilder, x: string, ratio: number): string {
  const c = g.shape(x)[1]!;
  const hidden = activation(g, conv(g, depthwise(g, x, { kernel: 7 }), { cout: ratio * c, kernel: 1 }), "gelu");
  return add(g, x, mul(g, conv(g, hidden, { cout: c, kernel: 1 }), g.constant([c, 1, 1])));
}

/** Halves the image: large and small strided kernels side by side, then 1×1. */
function embed(g: GraphBuilder, x: string, cout: number): string {
  const cin = g.shape(x)[1]!;
  const wide = { cout, stride: 2, groups: cin };
  const y = add(g, conv(g, x, { ...wide, kernel: 7 }), conv(g, x, { ...wide, kernel: 3 }));
  return activation(g, conv(g, activation(g, y, "gelu"), { cout, kernel: 1 }), "gelu");
}

function graph({ r, channels, ratio, depths }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("fastvit");
  let x = activation(g, conv(g, g.input("input", [1, 3, r, r]), { cout: channels, kernel: 3, stride: 2 }), "gelu");
  x = activation(g, depthwise(g, x, { kernel: 3, stride: 2 }), "gelu");
  x = activation(g, conv(g, x, { cout: channels, kernel: 1 }), "gelu");
  for (const [stage, depth] of depths.entries()) {
    if (stage > 0) x = embed(g, x, channels << stage);
    for (let i = 0; i < depth; i++) x = feedForward(g, mixer(g, x), ratio);
  }
  const c = g.shape(x)[1]!;
  x = gated(g, conv(g, x, { cout: 2 * c, kernel: 3, groups: c }), { squeeze: c >> 3, pooling: "reduce-mean" });
  return g.build([fc(g, flatten(g, globalAvgPool(g, activation(g, x, "gelu"))), 1000)]);
}

export default createChoiceSpace({ name: "fastvit", summary: "FastViT in training form", genes, graph });
