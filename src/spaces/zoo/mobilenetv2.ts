/** MobileNetV2 (Sandler et al., CVPR 2018; torchvision `mobilenetv2.py`), its widths, and random inverted residuals around it. */
import { conv, createGraphBuilder, fc, flatten, globalAvgPool } from "../../graph/index.js";
import { invertedResidual, makeDivisible } from "../blocks/mobile.js";
import { type ArchitectureOf, createChoiceSpace, repeated } from "../choice-space.js";
import { RESOLUTIONS } from "./resolutions.js";

const genes = {
  r: RESOLUTIONS,
  width: [1, 1, 0.35, 0.5, 0.75, 1.1, 1.2, 1.3, 1.4],
  kernels: repeated(7, [3, 3, 3, 5, 7]),
  expansions: repeated(7, [6, 6, 3, 4]),
};

/** Channels, blocks, stride of the first. */
const STAGES = [
  [16, 1, 1],
  [24, 2, 2],
  [32, 3, 2],
  [64, 4, 2],
  [96, 3, 1],
  [160, 3, 2],
  [320, 1, 1],
] as const;

function graph({ r, width, kernels, expansions }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("mobilenetv2");
  const scaled = (channels: number) => makeDivisible(channels * width);
  let x = conv(g, g.input("input", [1, 3, r, r]), { cout: scaled(32), kernel: 3, stride: 2, activation: "relu6" });
  for (const [stage, [channels, depth, stride]] of STAGES.entries())
    for (let i = 0; i < depth; i++)
      x = invertedResidual(g, x, {
        cout: scaled(channels),
        expanded: g.shape(x)[1]! * (stage === 0 ? 1 : expansions[stage]!),
        kernel: kernels[stage]!,
        stride: i === 0 ? stride : 1,
        activation: "relu6",
      });
  x = conv(g, x, { cout: makeDivisible(1280 * Math.max(1, width)), kernel: 1, activation: "relu6" });
  return g.build([fc(g, flatten(g, globalAvgPool(g, x)), 1000)]);
}

export default createChoiceSpace({ name: "mobilenetv2", summary: "MobileNetV2 and its widths", genes, graph });
