/** MobileNetV1 (Howard et al. 2017; timm `mobilenetv1_100`): depthwise separable convolutions. */
import { conv, createGraphBuilder, depthwise, fc, flatten, globalAvgPool } from "../../graph/index.js";
import { makeDivisible } from "../blocks/mobile.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";
import { RESOLUTIONS } from "./resolutions.js";

const genes = {
  r: RESOLUTIONS,
  width: [1, 1, 0.25, 0.5, 0.75, 1.25],
  kernel: [3, 3, 3, 5],
  activation: ["relu", "relu6"],
} as const;

/** Channels and stride. */
const LAYERS = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
] as const;

function graph({ r, width, kernel, activation }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("mobilenetv1");
  const scaled = (channels: number) => makeDivisible(channels * width);
  let x = conv(g, g.input("input", [1, 3, r, r]), { cout: scaled(32), kernel: 3, stride: 2, activation });
  for (const [channels, stride] of LAYERS) {
    x = depthwise(g, x, { kernel, stride, activation });
    x = conv(g, x, { cout: scaled(channels), kernel: 1, activation });
  }
  return g.build([fc(g, flatten(g, globalAvgPool(g, x)), 1000)]);
}

export default createChoiceSpace({ name: "mobilenetv1", summary: "MobileNetV1", genes, graph });
