/** MnasNet (Tan et al., CVPR 2019): torchvision's B1, timm's A1 with squeeze-and-excitation and SEMNASNet. */
import { conv, createGraphBuilder, depthwise, fc, flatten, globalAvgPool, mean } from "../../graph/index.js";
import { invertedResidual, makeDivisible } from "../blocks/mobile.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";
import { RESOLUTIONS } from "./resolutions.js";

const genes = { r: RESOLUTIONS, width: [1, 1, 0.35, 0.5, 0.75, 1.3, 1.4], squeezed: [false, true] };

/** Kernel, expansion, channels, blocks, stride, squeeze-and-excitation in the A1 variant. */
const STAGES = [
  [3, 3, 24, 3, 2, false],
  [5, 3, 40, 3, 2, true],
  [5, 6, 80, 3, 2, false],
  [3, 6, 96, 2, 1, true],
  [5, 6, 192, 4, 2, true],
  [3, 6, 320, 1, 1, false],
] as const;

function graph({ r, width, squeezed }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("mnasnet");
  const scaled = (channels: number) => makeDivisible(channels * width);
  let x = conv(g, g.input("input", [1, 3, r, r]), { cout: scaled(32), kernel: 3, stride: 2, activation: "relu" });
  x = conv(g, depthwise(g, x, { kernel: 3, activation: "relu" }), { cout: scaled(16), kernel: 1 });
  for (const [kernel, expansion, channels, depth, stride, squeezes] of STAGES)
    for (let i = 0; i < depth; i++) {
      const cin = g.shape(x)[1]!;
      x = invertedResidual(g, x, {
        cout: scaled(channels),
        expanded: cin * expansion,
        kernel,
        stride: i === 0 ? stride : 1,
        activation: "relu",
        squeezeExcite: squeezed && squeezes ? { squeeze: Math.round(cin / 4), pooling: "reduce-mean" } : undefined,
      });
    }
  x = conv(g, x, { cout: 1280, kernel: 1, activation: "relu" });
  return g.build([fc(g, squeezed ? flatten(g, globalAvgPool(g, x)) : mean(g, x, [2, 3]), 1000)]);
}

export default createChoiceSpace({ name: "mnasnet", summary: "MnasNet A1 and B1", genes, graph });
