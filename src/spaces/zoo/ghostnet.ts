/** GhostNet (Han et al., CVPR 2020; timm `ghostnet.py`): half of each layer's channels by cheap depthwise convolutions. */
import {
  activation,
  add,
  concat,
  conv,
  createGraphBuilder,
  depthwise,
  fc,
  flatten,
  type GraphBuilder,
  slice,
} from "../../graph/index.js";
import { averageImage, gated, makeDivisible } from "../blocks/mobile.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";
import { RESOLUTIONS } from "./resolutions.js";

const genes = { r: RESOLUTIONS, width: [1, 1, 0.5, 0.75, 1.3], pooling: ["reduce-mean", "global-average"] } as const;

/** Kernel, expanded, channels, squeeze ratio, stride. */
const BLOCKS = [
  [3, 16, 16, 0, 1],
  [3, 48, 24, 0, 2],
  [3, 72, 24, 0, 1],
  [5, 72, 40, 0.25, 2],
  [5, 120, 40, 0.25, 1],
  [3, 240, 80, 0, 2],
  [3, 200, 80, 0, 1],
  [3, 184, 80, 0, 1],
  [3, 184, 80, 0, 1],
  [3, 480, 112, 0.25, 1],
  [3, 672, 112, 0.25, 1],
  [5, 672, 160, 0.25, 2],
  [5, 960, 160, 0, 1],
  [5, 960, 160, 0.25, 1],
  [5, 960, 160, 0, 1],
  [5, 960, 160, 0.25, 1],
] as const;

function ghost(g: GraphBuilder, x: string, cout: number, act: "relu" | "none"): string {
  const primary = conv(g, x, { cout: Math.ceil(cout / 2), kernel: 1, activation: act });
  const both = concat(g, [primary, depthwise(g, primary, { kernel: 3, activation: act })]);
  return g.shape(both)[1] === cout ? both : slice(g, both, 1, 0, cout);
}

function graph({ r, width, pooling }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("ghostnet");
  const scaled = (channels: number) => makeDivisible(channels * width, 4);
  let x = conv(g, g.input("input", [1, 3, r, r]), { cout: scaled(16), kernel: 3, stride: 2, activation: "relu" });
  for (const [kernel, expanded, channels, ratio, stride] of BLOCKS) {
    const [cin, cout, inner] = [g.shape(x)[1]!, scaled(channels), scaled(expanded)];
    let y = ghost(g, x, inner, "relu");
    if (stride > 1) y = depthwise(g, y, { kernel, stride });
    if (ratio > 0) y = gated(g, y, { squeeze: makeDivisible(inner * ratio, 4), gate: "hsigmoid", pooling });
    y = ghost(g, y, cout, "none");
    const straight = cin === cout && stride === 1;
    x = add(g, y, straight ? x : conv(g, depthwise(g, x, { kernel, stride }), { cout, kernel: 1 }));
  }
  x = conv(g, x, { cout: scaled(960), kernel: 1, activation: "relu" });
  x = activation(g, conv(g, averageImage(g, x, "global-average"), { cout: 1280, kernel: 1 }), "relu");
  return g.build([fc(g, flatten(g, x), 1000)]);
}

export default createChoiceSpace({ name: "ghostnet", summary: "GhostNet", genes, graph });
