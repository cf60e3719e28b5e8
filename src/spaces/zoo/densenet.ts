/**
 * DenseNet (Huang et al., CVPR 2017; torchvision `densenet.py`). The batch norm before a layer's first ReLU follows a
 * concatenation, so exporters cannot fold it: it stays a node.
 */
import {
  activation,
  avgPool,
  batchNorm,
  concat,
  conv,
  createGraphBuilder,
  fc,
  flatten,
  globalAvgPool,
  maxPool,
} from "../../graph/index.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";
import { RESOLUTIONS } from "./resolutions.js";

const genes = {
  r: RESOLUTIONS,
  growth: [12, 16, 24, 32, 32, 40, 48],
  stem: [32, 48, 64, 64, 80, 96],
  depths: {
    positions: [
      [4, 6],
      [6, 8, 12],
      [8, 12, 24],
      [8, 12, 16],
    ],
  },
};

function graph({ r, growth, stem, depths }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("densenet");
  const normalised = (x: string) => activation(g, batchNorm(g, x), "relu");
  let x = conv(g, g.input("input", [1, 3, r, r]), { cout: stem, kernel: 7, stride: 2, activation: "relu" });
  x = maxPool(g, x, { kernel: 3, stride: 2, padding: 1 });
  for (const [stage, depth] of depths.entries()) {
    if (stage > 0) {
      x = conv(g, normalised(x), { cout: g.shape(x)[1]! >> 1, kernel: 1, bias: false });
      x = avgPool(g, x, { kernel: 2, padding: 0 });
    }
    const features = [x];
    for (let i = 0; i < depth; i++) {
      const y = conv(g, normalised(concat(g, features)), { cout: 4 * growth, kernel: 1, activation: "relu" });
      features.push(conv(g, y, { cout: growth, kernel: 3, bias: false }));
    }
    x = concat(g, features);
  }
  return g.build([fc(g, flatten(g, globalAvgPool(g, normalised(x))), 1000)]);
}

export default createChoiceSpace({ name: "densenet", summary: "DenseNet", genes, graph });
