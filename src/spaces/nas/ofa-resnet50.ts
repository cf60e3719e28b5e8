/**
 * Once-for-all ResNet50 (mit-han-lab/once-for-all, `ofa_resnets.py`): bottleneck expansion 0.2, 0.25 or 0.35, up to two
 * more blocks in each stage than the base depths, width multipliers 0.65, 0.8 and 1.0 of stem and stages, a deep stem.
 * Field names and index meanings are those of the published code: `d[0]` and `w[0..1]` belong to the stem.
 */
import {
  activation,
  add,
  avgPool,
  conv,
  createGraphBuilder,
  fc,
  type GraphBuilder,
  maxPool,
  mean,
} from "../../graph/index.js";
import { makeDivisible } from "../blocks/mobile.js";
import { type ArchitectureOf, createChoiceSpace, repeated } from "../choice-space.js";

const WIDTH_MULTIPLIERS = [0.65, 0.8, 1.0];
const STAGE_WIDTHS = [256, 512, 1024, 2048];
const BASE_DEPTHS = [2, 2, 4, 2];
/** First block of each stage in `e`, which has room for the deepest network. */
const OFFSETS = [0, 4, 8, 14];

const genes = {
  r: [128, 144, 160, 176, 192, 208, 224],
  d: {
    positions: [
      [0, 2],
      [0, 1, 2],
      [0, 1, 2],
      [0, 1, 2],
      [0, 1, 2],
    ],
  },
  e: repeated(18, [0.2, 0.25, 0.35]),
  w: repeated(6, [0, 1, 2]),
};

const scaled = (channels: number, w: number) => makeDivisible(channels * WIDTH_MULTIPLIERS[w]!);

function bottleneck(g: GraphBuilder, x: string, cout: number, expansion: number, stride: number): string {
  const inner = makeDivisible(Math.round(cout * expansion));
  let y = conv(g, x, { cout: inner, kernel: 1, activation: "relu" });
  y = conv(g, y, { cout: inner, kernel: 3, stride, activation: "relu" });
  y = conv(g, y, { cout, kernel: 1 });
  if (stride === 1 && g.shape(x)[1] === cout) return activation(g, add(g, y, x), "relu");
  const pooled = avgPool(g, x, { kernel: stride, stride, padding: 0, ceil: true });
  return activation(g, add(g, y, conv(g, pooled, { cout, kernel: 1 })), "relu");
}

function graph({ r, d, e, w }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("ofa-resnet50");
  const inner = makeDivisible(scaled(64, w[0]!) >> 1);
  let x = conv(g, g.input("input", [1, 3, r, r]), { cout: inner, kernel: 3, stride: 2, activation: "relu" });
  if (d[0] === 2) x = add(g, conv(g, x, { cout: inner, kernel: 3, activation: "relu" }), x);
  x = conv(g, x, { cout: scaled(64, w[1]!), kernel: 3, activation: "relu" });
  x = maxPool(g, x, { kernel: 3, stride: 2, padding: 1 });
  for (const [stage, width] of STAGE_WIDTHS.entries())
    for (let block = 0; block < BASE_DEPTHS[stage]! + d[stage + 1]!; block++) {
      const stride = block === 0 && stage > 0 ? 2 : 1;
      x = bottleneck(g, x, scaled(width, w[stage + 2]!), e[OFFSETS[stage]! + block]!, stride);
    }
  return g.build([fc(g, mean(g, mean(g, x, [3]), [2]), 1000)]);
}

export default createChoiceSpace({
  name: "ofa-resnet50",
  summary: "Once-for-all ResNet50: bottleneck expansion 0.2/0.25/0.35, depth +0/1/2, width 0.65/0.8/1.0",
  genes,
  active({ d }, gene, position) {
    if (gene !== "e") return true;
    const stage = OFFSETS.findLastIndex((offset) => offset <= position);
    return position - OFFSETS[stage]! < BASE_DEPTHS[stage]! + d[stage + 1]!;
  },
  graph,
});
