/**
 * MobileNetV4 convolutional (Qin et al., ECCV 2024; timm `mobilenetv4_conv_small`, `_medium`, `_large`): universal
 * inverted bottlenecks, with an optional depthwise convolution before the expansion and one after.
 */
import {
  add,
  conv,
  createGraphBuilder,
  depthwise,
  fc,
  flatten,
  type GraphBuilder,
  globalAvgPool,
} from "../../graph/index.js";
import { makeDivisible } from "../blocks/mobile.js";
import { type ArchitectureOf, createChoiceSpace, repeated } from "../choice-space.js";
import { RESOLUTIONS } from "./resolutions.js";

const genes = {
  r: RESOLUTIONS,
  width: [1, 1, 0.35, 0.5, 0.75, 1.25, 1.5],
  fused: [true, false],
  depths: {
    positions: [
      [3, 6, 8],
      [3, 6, 10],
    ],
  },
  /** Kernels of the first and of the middle depthwise convolution (0: none), and expansion, block by block. */
  starts: repeated(18, [0, 3, 5]),
  middles: repeated(18, [0, 3, 5]),
  expansions: repeated(18, [2, 3, 4, 6]),
};

interface Block {
  readonly cout: number;
  readonly start: number;
  readonly middle: number;
  readonly expansion: number;
  readonly stride: number;
}

function bottleneck(g: GraphBuilder, x: string, { cout, start, middle, expansion, stride }: Block): string {
  const cin = g.shape(x)[1]!;
  let y = x;
  if (start > 0) y = depthwise(g, y, { kernel: start, stride: middle > 0 ? 1 : stride });
  y = conv(g, y, { cout: makeDivisible(cin * expansion), kernel: 1, activation: "relu" });
  if (middle > 0) y = depthwise(g, y, { kernel: middle, stride, activation: "relu" });
  y = conv(g, y, { cout, kernel: 1 });
  return stride === 1 && cin === cout ? add(g, y, x) : y;
}

function graph({ r, width, fused, depths, starts, middles, expansions }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("mobilenetv4");
  const scaled = (channels: number) => makeDivisible(channels * width);
  const relu = (from: string, cout: number, kernel: number, stride = 1) =>
    conv(g, from, { cout: scaled(cout), kernel, stride, activation: "relu" });
  let x = relu(g.input("input", [1, 3, r, r]), 32, 3, 2);
  x = fused ? conv(g, relu(x, 128, 3, 2), { cout: scaled(48), kernel: 1 }) : relu(relu(x, 32, 3, 2), 32, 1);
  x = relu(relu(x, 96, 3, 2), 64, 1);
  let at = 0;
  for (const [stage, depth] of depths.entries())
    for (let i = 0; i < depth; i++, at++) {
      const stride = i === 0 ? 2 : 1;
      // A block that halves the map needs a depthwise convolution to do it.
      const middle = stride === 2 && starts[at] === 0 ? Math.max(3, middles[at]!) : middles[at]!;
      const cout = scaled([96, 128][stage]!);
      x = bottleneck(g, x, { cout, start: starts[at]!, middle, expansion: expansions[at]!, stride });
    }
  x = globalAvgPool(g, relu(x, 960, 1));
  x = conv(g, x, { cout: 1280, kernel: 1, activation: "relu" });
  return g.build([fc(g, flatten(g, x), 1000)]);
}

export default createChoiceSpace({ name: "mobilenetv4", summary: "MobileNetV4 convolutional", genes, graph });
