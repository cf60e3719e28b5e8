/**
 * ResNet, ResNeXt, Wide-ResNet, SE-ResNet and the "D" variants with a deep stem and average-pooled shortcuts
 * (torchvision `resnet.py`, timm `resnet.py`).
 */
import {
  activation,
  add,
  avgPool,
  conv,
  createGraphBuilder,
  fc,
  flatten,
  type GraphBuilder,
  globalAvgPool,
  maxPool,
} from "../../graph/index.js";
import { gated, makeDivisible } from "../blocks/mobile.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";
import { RESOLUTIONS } from "./resolutions.js";

const STYLES = ["basic", "basic", "bottleneck", "bottleneck", "wide", "32x4d", "32x8d", "64x4d"] as const;

const genes = {
  r: RESOLUTIONS,
  style: STYLES,
  planes: [64, 64, 64, 16, 32, 40, 48, 56, 80, 96],
  depths: {
    positions: [
      [1, 2, 3],
      [1, 2, 3, 4],
      [1, 2, 4, 6],
      [1, 2, 3],
    ],
  },
  stem: ["7x7", "7x7", "deep", "3x3"],
  squeeze: [false, false, true],
  averageDown: [false, true],
};
type Architecture = ArchitectureOf<typeof genes>;

function stem(g: GraphBuilder, x: string, { stem: kind, planes }: Architecture): string {
  if (kind === "7x7") x = conv(g, x, { cout: planes, kernel: 7, stride: 2, activation: "relu" });
  else if (kind === "3x3") x = conv(g, x, { cout: planes, kernel: 3, stride: 2, activation: "relu" });
  else {
    const half = makeDivisible(planes / 2);
    x = conv(g, x, { cout: half, kernel: 3, stride: 2, activation: "relu" });
    x = conv(g, x, { cout: half, kernel: 3, activation: "relu" });
    x = conv(g, x, { cout: planes, kernel: 3, activation: "relu" });
  }
  return maxPool(g, x, { kernel: 3, stride: 2, padding: 1 });
}

function shortcut(g: GraphBuilder, x: string, cout: number, stride: number, averageDown: boolean): string {
  if (stride === 1 && g.shape(x)[1] === cout) return x;
  if (averageDown && stride > 1)
    return conv(g, avgPool(g, x, { kernel: 2, padding: 0, ceil: true }), { cout, kernel: 1 });
  return conv(g, x, { cout, kernel: 1, stride });
}

function block(g: GraphBuilder, x: string, planes: number, stride: number, architecture: Architecture): string {
  const { style, squeeze, averageDown } = architecture;
  const cout = style === "basic" ? planes : 4 * planes;
  const [groups, width] = innerWidth(style, planes);
  let y: string;
  if (style === "basic") {
    y = conv(g, x, { cout, kernel: 3, stride, activation: "relu" });
    y = conv(g, y, { cout, kernel: 3 });
  } else {
    y = conv(g, x, { cout: width, kernel: 1, activation: "relu" });
    y = conv(g, y, { cout: width, kernel: 3, stride, groups, activation: "relu" });
    y = conv(g, y, { cout, kernel: 1 });
  }
  if (squeeze) y = gated(g, y, { squeeze: makeDivisible(cout / 16), pooling: "reduce-mean" });
  return activation(g, add(g, y, shortcut(g, x, cout, stride, averageDown)), "relu");
}

/** Groups and channels of a bottleneck's 3×3. */
function innerWidth(style: (typeof STYLES)[number], planes: number): [number, number] {
  if (style === "wide") return [1, 2 * planes];
  const grouped = /^(\d+)x(\d+)d$/.exec(style);
  if (grouped === null) return [1, planes];
  const groups = Number(grouped[1]);
  return [groups, Math.max(1, Math.floor((planes * Number(grouped[2])) / 64)) * groups];
}

function graph(architecture: Architecture) {
  const g = createGraphBuilder("resnet");
  let x = stem(g, g.input("input", [1, 3, architecture.r, architecture.r]), architecture);
  for (const [stage, depth] of architecture.depths.entries())
    for (let i = 0; i < depth; i++)
      x = block(g, x, architecture.planes << stage, stage > 0 && i === 0 ? 2 : 1, architecture);
  return g.build([fc(g, flatten(g, globalAvgPool(g, x)), 1000)]);
}

export default createChoiceSpace({
  name: "resnet",
  summary: "ResNet, ResNeXt, Wide-ResNet, SE-ResNet, ResNet-D",
  genes,
  graph,
});
