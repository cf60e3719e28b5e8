/**
 * RegNetX and RegNetY (Radosavovic et al., CVPR 2020; torchvision `regnet.py`): stage widths and depths from four
 * numbers, grouped 3×3 bottlenecks of ratio 1, squeeze-and-excitation in the Y variant.
 */
import {
  activation,
  add,
  conv,
  createGraphBuilder,
  fc,
  flatten,
  type GraphBuilder,
  globalAvgPool,
} from "../../graph/index.js";
import { gated } from "../blocks/mobile.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";
import { RESOLUTIONS } from "./resolutions.js";

const genes = {
  r: RESOLUTIONS,
  depth: [10, 12, 13, 14, 16, 17, 18, 20, 22, 25],
  initialWidth: [24, 32, 40, 48, 56, 64, 80, 88, 96, 168, 200, 232],
  slope: [20, 24, 27, 31, 36, 39, 42, 50, 64, 77, 106, 115],
  ratio: [1.75, 2.0, 2.09, 2.24, 2.43, 2.53, 2.64, 2.88],
  groupWidth: [8, 16, 16, 24, 40, 48, 56, 64, 112, 120, 168],
  squeeze: [false, true],
};
type Architecture = ArchitectureOf<typeof genes>;

/** Widths (made divisible by the group width) and depths of the stages, by the paper's quantised linear rule. */
export function regnetStages({ depth, initialWidth, slope, ratio, groupWidth }: Architecture) {
  const stages: { width: number; depth: number }[] = [];
  for (let i = 0; i < depth; i++) {
    const exponent = Math.round(Math.log((initialWidth + i * slope) / initialWidth) / Math.log(ratio));
    const width = Math.round((initialWidth * ratio ** exponent) / 8) * 8;
    if (stages.at(-1)?.width === width) stages.at(-1)!.depth++;
    else stages.push({ width, depth: 1 });
  }
  return stages.map((stage) => {
    const group = Math.min(groupWidth, stage.width);
    return { width: Math.max(group, Math.round(stage.width / group) * group), depth: stage.depth, group };
  });
}

function block(g: GraphBuilder, x: string, width: number, stride: number, group: number, squeeze: boolean): string {
  const cin = g.shape(x)[1]!;
  let y = conv(g, x, { cout: width, kernel: 1, activation: "relu" });
  y = conv(g, y, { cout: width, kernel: 3, stride, groups: width / group, activation: "relu" });
  if (squeeze) y = gated(g, y, { squeeze: Math.round(cin / 4) });
  y = conv(g, y, { cout: width, kernel: 1 });
  const shortcut = stride === 1 && cin === width ? x : conv(g, x, { cout: width, kernel: 1, stride });
  return activation(g, add(g, shortcut, y), "relu");
}

function graph(architecture: Architecture) {
  const g = createGraphBuilder("regnet");
  let x = g.input("input", [1, 3, architecture.r, architecture.r]);
  x = conv(g, x, { cout: 32, kernel: 3, stride: 2, activation: "relu" });
  for (const { width, depth, group } of regnetStages(architecture))
    for (let i = 0; i < depth; i++) x = block(g, x, width, i === 0 ? 2 : 1, group, architecture.squeeze);
  return g.build([fc(g, flatten(g, globalAvgPool(g, x)), 1000)]);
}

export default createChoiceSpace({ name: "regnet", summary: "RegNetX and RegNetY", genes, graph });
