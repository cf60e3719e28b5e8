/** PP-LCNet (Cui et al. 2021; timm `lcnet_100`): depthwise separable convolutions with hswish, 5×5 and squeeze-and-excitation at the end. */
import { conv, createGraphBuilder, depthwise, fc, flatten } from "../../graph/index.js";
import { averageImage, gated, makeDivisible } from "../blocks/mobile.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";
import { RESOLUTIONS } from "./resolutions.js";

const genes = {
  r: RESOLUTIONS,
  width: [1, 1, 0.35, 0.5, 0.75, 1.5, 2, 2.5],
  activation: ["hswish", "hswish", "relu"],
} as const;

/** Channels, blocks, stride of the first, kernel, squeeze-and-excitation. */
const STAGES = [
  [32, 1, 1, 3, false],
  [64, 2, 2, 3, false],
  [128, 2, 2, 3, false],
  [256, 1, 2, 3, false],
  [256, 5, 1, 5, false],
  [512, 2, 2, 5, true],
] as const;

function graph({ r, width, activation }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("lcnet");
  const scaled = (channels: number) => makeDivisible(channels * width);
  let x = conv(g, g.input("input", [1, 3, r, r]), { cout: scaled(16), kernel: 3, stride: 2, activation });
  for (const [channels, blocks, stride, kernel, squeezes] of STAGES)
    for (let i = 0; i < blocks; i++) {
      x = depthwise(g, x, { kernel, stride: i === 0 ? stride : 1, activation });
      if (squeezes) x = gated(g, x, { squeeze: g.shape(x)[1]! >> 2, gate: "hsigmoid", pooling: "reduce-mean" });
      x = conv(g, x, { cout: scaled(channels), kernel: 1, activation });
    }
  x = conv(g, averageImage(g, x, "global-average"), { cout: 1280, kernel: 1, activation });
  return g.build([fc(g, flatten(g, x), 1000)]);
}

export default createChoiceSpace({ name: "lcnet", summary: "PP-LCNet", genes, graph });
