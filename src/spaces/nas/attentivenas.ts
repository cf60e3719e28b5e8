/**
 * AttentiveNAS (Wang et al., CVPR 2021; facebookresearch/AttentiveNAS), a BigNAS-style space: width, depth, kernel and
 * expansion for each of seven stages, swish, squeeze-and-excitation in four of them, a shortcut around every block (average
 * pool and 1×1 convolution where the shape changes). Field names are those of the published configs.
 */
import {
  add,
  avgPool,
  conv,
  createGraphBuilder,
  fc,
  flatten,
  type GraphBuilder,
  globalAvgPool,
} from "../../graph/index.js";
import { averageImage, invertedResidual, makeDivisible } from "../blocks/mobile.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";

const STRIDES = [1, 2, 2, 2, 1, 2, 1];
const SQUEEZED = [false, false, true, false, true, true, true];

const genes = {
  resolution: [192, 224, 256, 288],
  width: {
    positions: [
      [16, 24],
      [16, 24],
      [24, 32],
      [32, 40],
      [64, 72],
      [112, 120, 128],
      [192, 200, 208, 216],
      [216, 224],
      [1792, 1984],
    ],
  },
  depth: {
    positions: [
      [1, 2],
      [3, 4, 5],
      [3, 4, 5, 6],
      [3, 4, 5, 6],
      [3, 4, 5, 6, 7, 8],
      [3, 4, 5, 6, 7, 8],
      [1, 2],
    ],
  },
  kernel_size: {
    positions: [
      [3, 5],
      [3, 5],
      [3, 5],
      [3, 5],
      [3, 5],
      [3, 5],
      [3, 5],
    ],
  },
  expand_ratio: { positions: [[1], [4, 5, 6], [4, 5, 6], [4, 5, 6], [4, 5, 6], [6], [6]] },
};

function shortcut(g: GraphBuilder, x: string, cout: number, stride: number): string {
  if (stride > 1) {
    const padding = g.shape(x)[2]! % 2;
    x = avgPool(g, x, { kernel: stride, stride, padding, countPadding: true });
  }
  return g.shape(x)[1] === cout ? x : conv(g, x, { cout, kernel: 1, bias: false });
}

function graph(architecture: ArchitectureOf<typeof genes>) {
  const { resolution, width, depth, kernel_size, expand_ratio } = architecture;
  const g = createGraphBuilder("attentivenas");
  let x = g.input("input", [1, 3, resolution, resolution]);
  x = conv(g, x, { cout: width[0]!, kernel: 3, stride: 2, activation: "swish" });
  for (const [stage, blocks] of depth.entries())
    for (let block = 0; block < blocks; block++) {
      const [cout, stride] = [width[stage + 1]!, block === 0 ? STRIDES[stage]! : 1];
      const expanded = makeDivisible(g.shape(x)[1]! * expand_ratio[stage]!);
      const squeeze = makeDivisible(expanded >> 2);
      const y = invertedResidual(g, x, {
        cout,
        expanded,
        kernel: kernel_size[stage]!,
        stride,
        activation: "swish",
        shortcut: false,
        ...(SQUEEZED[stage] ? { squeezeExcite: { squeeze, gate: "hsigmoid", pooling: "two-means" } } : {}),
      });
      x = add(g, y, shortcut(g, x, cout, stride));
    }
  x = conv(g, x, { cout: 6 * g.shape(x)[1]!, kernel: 1, activation: "swish" });
  x = conv(g, globalAvgPool(g, x), { cout: width[8]!, kernel: 1, bias: false, activation: "swish" });
  return g.build([fc(g, flatten(g, averageImage(g, x, "two-means")), 1000)]);
}

export default createChoiceSpace({
  name: "attentivenas",
  summary: "AttentiveNAS (BigNAS style): width, depth, kernel and expansion of seven stages, swish, resolution 192-288",
  genes,
  graph,
});
