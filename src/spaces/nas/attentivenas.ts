/**
 * AttentiveNAS (Wang et al., CVPR 2021; facebookresearch/AttentiveNAS), a BigNAS-style space: width, depth, kernel and
 * expansion for each of seven stages, swish, squeeze-and-excitation in four of them, a shortcut around every block (average
 * pool and 1×1 convolution where the shape changes). Field names are those of the published configs.
 */
import { add, avgPool, conv, fc, flatten, type GraphBuilder, globalAvgPool } from "../../graph/index.js";
import { averageImage, invertedResidual, makeDivisible } from "../blocks/mobile.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";
import type { Segment } from "../space.js";

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

function segments({ resolution, width, depth, kernel_size, expand_ratio }: ArchitectureOf<typeof genes>): Segment[] {
  let [size, cin] = [resolution / 2, width[0]!];
  const chain: Segment[] = [
    {
      key: `stem/${resolution}/${cin}`,
      build: (g) =>
        conv(g, g.input("input", [1, 3, resolution, resolution]), {
          cout: width[0]!,
          kernel: 3,
          stride: 2,
          activation: "swish",
        }),
    },
  ];
  for (const [stage, blocks] of depth.entries())
    for (let i = 0; i < blocks; i++) {
      const [cout, stride] = [width[stage + 1]!, i === 0 ? STRIDES[stage]! : 1];
      const [kernel, ratio, squeezed] = [kernel_size[stage]!, expand_ratio[stage]!, SQUEEZED[stage]!];
      chain.push({
        key: `block/${size}/${cin}/${cout}/${stride}/${kernel}/${ratio}/${squeezed}`,
        build: (g, x) => block(g, x, cout, stride, kernel, ratio, squeezed),
      });
      [size, cin] = [Math.ceil(size / stride), cout];
    }
  chain.push({
    key: `head/${size}/${cin}/${width[8]}`,
    build(g, x) {
      x = conv(g, x, { cout: 6 * g.shape(x)[1]!, kernel: 1, activation: "swish" });
      x = conv(g, globalAvgPool(g, x), { cout: width[8]!, kernel: 1, bias: false, activation: "swish" });
      return fc(g, flatten(g, averageImage(g, x, "two-means")), 1000);
    },
  });
  return chain;
}

function block(
  g: GraphBuilder,
  x: string,
  cout: number,
  stride: number,
  kernel: number,
  ratio: number,
  squeezed: boolean,
): string {
  const expanded = makeDivisible(g.shape(x)[1]! * ratio);
  const squeeze = makeDivisible(expanded >> 2);
  const y = invertedResidual(g, x, {
    cout,
    expanded,
    kernel,
    stride,
    activation: "swish",
    shortcut: false,
    squeezeExcite: squeezed ? { squeeze, gate: "hsigmoid", pooling: "two-means" } : undefined,
  });
  return add(g, y, shortcut(g, x, cout, stride));
}

export default createChoiceSpace({
  name: "attentivenas",
  summary: "AttentiveNAS (BigNAS style): width, depth, kernel and expansion of seven stages, swish, resolution 192-288",
  genes,
  segments,
});
