/**
 * FBNet (Wu et al., CVPR 2019; facebookresearch/mobile-vision): 22 blocks, each one of nine: kernel 3 or 5, expansion
 * 1, 3 or 6, or 1 with two groups and a channel shuffle, or skipped (a 1×1 convolution where the shape changes).
 */
import {
  add,
  channelShuffle,
  conv,
  createGraphBuilder,
  depthwise,
  fc,
  flatten,
  type GraphBuilder,
  globalAvgPool,
} from "../../graph/index.js";
import { type ArchitectureOf, createChoiceSpace, repeated } from "../choice-space.js";

const OPERATIONS = ["k3_e1", "k3_e1_g2", "k3_e3", "k3_e6", "k5_e1", "k5_e1_g2", "k5_e3", "k5_e6", "skip"] as const;
type Operation = (typeof OPERATIONS)[number];

/** Channels, blocks, stride of the first. */
const STAGES = [
  [16, 1, 1],
  [24, 4, 2],
  [32, 4, 2],
  [64, 4, 2],
  [112, 4, 1],
  [184, 4, 2],
  [352, 1, 1],
] as const;

const genes = {
  r: [224],
  ops: repeated(22, OPERATIONS),
  /** Channels of the last 1×1 convolution: 1504 in the paper, 1984 in the released models. */
  last: [1504, 1984],
};

function block(g: GraphBuilder, x: string, operation: Operation, cout: number, stride: number): string {
  const cin = g.shape(x)[1]!;
  const same = cin === cout && stride === 1;
  if (operation === "skip") return same ? x : conv(g, x, { cout, kernel: 1, stride, activation: "relu" });
  const groups = operation.endsWith("g2") ? 2 : 1;
  const expanded = cin * Number(operation[4]);
  let y = conv(g, x, { cout: expanded, kernel: 1, groups, activation: "relu" });
  if (groups > 1) y = channelShuffle(g, y, groups);
  y = depthwise(g, y, { kernel: Number(operation[1]), stride, activation: "relu" });
  y = conv(g, y, { cout, kernel: 1, groups });
  return same ? add(g, y, x) : y;
}

function graph({ r, ops, last }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("fbnet");
  let x = conv(g, g.input("input", [1, 3, r, r]), { cout: 16, kernel: 3, stride: 2, activation: "relu" });
  let at = 0;
  for (const [channels, blocks, stride] of STAGES)
    for (let i = 0; i < blocks; i++) x = block(g, x, ops[at++]!, channels, i === 0 ? stride : 1);
  x = conv(g, x, { cout: last, kernel: 1, activation: "relu" });
  return g.build([fc(g, flatten(g, globalAvgPool(g, x)), 1000)]);
}

export default createChoiceSpace({ name: "fbnet", summary: "FBNet: 22 blocks of nine operations each", genes, graph });
