/**
 * YOLO-like detectors (YOLOv5 and v8 by Ultralytics; CSPDarknet): swish convolutions, split and concatenated stages, stacked
 * 5×5 max pools, an upsampling neck, three heads. The output is one matrix of all predictions.
 */
import {
  type Activation,
  activation,
  add,
  concat,
  conv,
  createGraphBuilder,
  flatten,
  type GraphBuilder,
  maxPool,
  reshape,
  resize,
  split,
} from "../../graph/index.js";
import { makeDivisible } from "../blocks/mobile.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";

const genes = {
  r: [320, 416, 640, 640, 256],
  width: [0.25, 0.25, 0.5, 0.75],
  depth: [1, 1, 2],
  style: ["c2f", "c3"],
  activation: ["swish", "swish", "leaky-relu", "mish", "relu"],
  classes: [80, 20],
} as const;
type Architecture = ArchitectureOf<typeof genes>;

function stage(
  g: GraphBuilder,
  x: string,
  cout: number,
  count: number,
  residual: boolean,
  { style, activation: act }: Architecture,
) {
  const unit = (from: string, channels: number, kernel: number) =>
    conv(g, from, { cout: channels, kernel, activation: act });
  const half = cout / 2;
  const bottleneck = (from: string, first: number) => {
    const y = unit(unit(from, half, first), half, 3);
    return residual ? add(g, from, y) : y;
  };
  if (style === "c3") {
    let y = unit(x, half, 1);
    for (let i = 0; i < count; i++) y = bottleneck(y, 1);
    return unit(concat(g, [y, unit(x, half, 1)]), cout, 1);
  }
  const parts = split(g, unit(x, cout, 1), [half, half]);
  for (let i = 0; i < count; i++) parts.push(bottleneck(parts.at(-1)!, 3));
  return unit(concat(g, parts), cout, 1);
}

/** Spatial pyramid pooling, the fast form. */
function pyramid(g: GraphBuilder, x: string, act: Activation): string {
  const cout = g.shape(x)[1]!;
  const pooled = [conv(g, x, { cout: cout / 2, kernel: 1, activation: act })];
  for (let i = 0; i < 3; i++) pooled.push(maxPool(g, pooled.at(-1)!, { kernel: 5, stride: 1, padding: 2 }));
  return conv(g, concat(g, pooled), { cout, kernel: 1, activation: act });
}

function graph(architecture: Architecture) {
  const { r, width, depth, classes, activation: act } = architecture;
  const g = createGraphBuilder("yolo");
  const scaled = (channels: number) => makeDivisible(channels * width, 16);
  const down = (from: string, cout: number) => conv(g, from, { cout, kernel: 3, stride: 2, activation: act });
  const up = (from: string) => resize(g, from, 2 * g.shape(from)[2]!, 2 * g.shape(from)[3]!, "nearest");
  let x = down(g.input("input", [1, 3, r, r]), scaled(64));
  const levels: string[] = [];
  for (const [i, channels] of [128, 256, 512, 1024].entries()) {
    x = stage(
      g,
      down(x, scaled(channels)),
      scaled(channels),
      i === 0 || i === 3 ? depth : 2 * depth,
      true,
      architecture,
    );
    levels.push(x);
  }
  const top = pyramid(g, x, act);
  const middle = stage(g, concat(g, [up(top), levels[2]!]), scaled(512), depth, false, architecture);
  const fine = stage(g, concat(g, [up(middle), levels[1]!]), scaled(256), depth, false, architecture);
  const middleOut = stage(g, concat(g, [down(fine, scaled(256)), middle]), scaled(512), depth, false, architecture);
  const topOut = stage(g, concat(g, [down(middleOut, scaled(512)), top]), scaled(1024), depth, false, architecture);
  const heads = [fine, middleOut, topOut].map((from) => {
    const y = conv(g, conv(g, from, { cout: 64, kernel: 3, activation: act }), { cout: 64 + classes, kernel: 1 });
    return reshape(g, y, [1, 64 + classes, g.shape(y)[2]! * g.shape(y)[3]!]);
  });
  return g.build([flatten(g, activation(g, concat(g, heads, 2), "sigmoid"))]);
}

export default createChoiceSpace({ name: "yolo", summary: "YOLO-like detectors", genes, graph });
