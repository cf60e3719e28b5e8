/** GoogLeNet (Szegedy et al., CVPR 2015; torchvision `googlenet.py`, whose "5×5" branch is a 3×3). */
import {
  concat,
  conv,
  createGraphBuilder,
  fc,
  flatten,
  type GraphBuilder,
  globalAvgPool,
  maxPool,
} from "../../graph/index.js";
import { makeDivisible } from "../blocks/mobile.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";
import { RESOLUTIONS } from "./resolutions.js";

const genes = { r: RESOLUTIONS, width: [1, 1, 0.5, 0.75, 1.25], thirdKernel: [3, 5] };

/** 1×1, 3×3 reduce, 3×3, third reduce, third, pool projection. "pool" halves the map. */
const MODULES = [
  [64, 96, 128, 16, 32, 32],
  [128, 128, 192, 32, 96, 64],
  "pool",
  [192, 96, 208, 16, 48, 64],
  [160, 112, 224, 24, 64, 64],
  [128, 128, 256, 24, 64, 64],
  [112, 144, 288, 32, 64, 64],
  [256, 160, 320, 32, 128, 128],
  "pool",
  [256, 160, 320, 32, 128, 128],
  [384, 192, 384, 48, 128, 128],
] as const;

function inception(g: GraphBuilder, x: string, channels: readonly number[], kernel: number): string {
  const unit = (from: string, index: number, size: number) =>
    conv(g, from, { cout: channels[index]!, kernel: size, activation: "relu" });
  return concat(g, [
    unit(x, 0, 1),
    unit(unit(x, 1, 1), 2, 3),
    unit(unit(x, 3, 1), 4, kernel),
    unit(maxPool(g, x, { kernel: 3, stride: 1, padding: 1, ceil: true }), 5, 1),
  ]);
}

function graph({ r, width, thirdKernel }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("googlenet");
  const scaled = (channels: number) => makeDivisible(channels * width);
  let x = conv(g, g.input("input", [1, 3, r, r]), { cout: scaled(64), kernel: 7, stride: 2, activation: "relu" });
  x = maxPool(g, x, { kernel: 3, stride: 2, padding: 0, ceil: true });
  x = conv(g, x, { cout: scaled(64), kernel: 1, activation: "relu" });
  x = conv(g, x, { cout: scaled(192), kernel: 3, activation: "relu" });
  x = maxPool(g, x, { kernel: 3, stride: 2, padding: 0, ceil: true });
  for (const module of MODULES)
    x =
      module === "pool"
        ? maxPool(g, x, { kernel: g.shape(x)[2]! > 14 ? 3 : 2, stride: 2, padding: 0, ceil: true })
        : inception(g, x, module.map(scaled), thirdKernel);
  return g.build([fc(g, flatten(g, globalAvgPool(g, x)), 1000)]);
}

export default createChoiceSpace({ name: "googlenet", summary: "GoogLeNet (Inception v1)", genes, graph });
