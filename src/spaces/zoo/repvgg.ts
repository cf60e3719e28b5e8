/** RepVGG at inference (Ding et al., CVPR 2021) and MobileOne without depthwise: 3×3 convolutions with ReLU, nothing else. */
import { conv, createGraphBuilder, fc, flatten, globalAvgPool } from "../../graph/index.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";
import { RESOLUTIONS } from "./resolutions.js";

const genes = {
  r: RESOLUTIONS,
  a: [0.5, 0.75, 1, 1.5, 2, 2.5],
  b: [1, 2, 2.5, 4, 5],
  depths: { positions: [[1, 2, 4], [2, 4, 6], [4, 8, 14, 16], [1]] },
  groups: [1, 1, 1, 2, 4],
};

function graph({ r, a, b, depths, groups }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("repvgg");
  let x = conv(g, g.input("input", [1, 3, r, r]), {
    cout: Math.min(64, 64 * a),
    kernel: 3,
    stride: 2,
    activation: "relu",
  });
  let layer = 1;
  for (const [stage, depth] of depths.entries()) {
    const cout = (64 << stage) * (stage === 3 ? b : a);
    for (let i = 0; i < depth; i++, layer++)
      // The grouped variants group every other layer.
      x = conv(g, x, {
        cout,
        kernel: 3,
        stride: i === 0 ? 2 : 1,
        groups: layer % 2 === 0 ? groups : 1,
        activation: "relu",
      });
  }
  return g.build([fc(g, flatten(g, globalAvgPool(g, x)), 1000)]);
}

export default createChoiceSpace({
  name: "repvgg",
  summary: "RepVGG at inference: chains of 3×3 convolutions",
  genes,
  graph,
});
