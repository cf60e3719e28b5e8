/**
 * The MnasNet space of Accel-NASBench (Ahmad et al., CVPR workshops 2024): EfficientNet-B0's widths and strides, each of seven stages
 * with its expansion, kernel, number of layers and with or without squeeze-and-excitation. Which activation was trained does not show in
 * its tables; EfficientNet's is taken.
 */
import { conv, fc, flatten, globalAvgPool } from "../../graph/index.js";
import { invertedResidual } from "../blocks/mobile.js";
import { type ArchitectureOf, createChoiceSpace, repeated } from "../choice-space.js";
import type { Segment } from "../space.js";

const STEM = 32;
const WIDTHS = [16, 24, 40, 80, 112, 192, 320];
const STRIDES = [1, 2, 2, 2, 1, 2, 1];
const activation = "swish";

const genes = {
  e: repeated(7, [1, 4, 6]),
  k: repeated(7, [3, 5]),
  l: repeated(7, [1, 2, 3, 4]),
  se: repeated(7, [false, true]),
};

function segments({ e, k, l, se }: ArchitectureOf<typeof genes>): Segment[] {
  let [size, cin] = [112, STEM];
  const chain: Segment[] = [
    {
      key: "stem",
      build: (g) => conv(g, g.input("input", [1, 3, 224, 224]), { cout: STEM, kernel: 3, stride: 2, activation }),
    },
  ];
  for (const [stage, cout] of WIDTHS.entries())
    for (let i = 0; i < l[stage]!; i++) {
      const [ratio, kernel, squeezed, width] = [e[stage]!, k[stage]!, se[stage]!, cin];
      const stride = i === 0 ? STRIDES[stage]! : 1;
      const squeezeExcite = { squeeze: Math.max(1, width >> 2), activation } as const;
      chain.push({
        key: `block/${size}/${width}/${cout}/${stride}/${kernel}/${ratio}/${squeezed}`,
        build: (g, x) =>
          invertedResidual(g, x, {
            ...{ cout, expanded: width * ratio, kernel, stride, activation },
            ...(squeezed && { squeezeExcite }),
          }),
      });
      [size, cin] = [Math.ceil(size / stride), cout];
    }
  chain.push({
    key: "head",
    build: (g, x) => fc(g, flatten(g, globalAvgPool(g, conv(g, x, { cout: 1280, kernel: 1, activation }))), 1000),
  });
  return chain;
}

export default createChoiceSpace({
  name: "accel-nasbench",
  summary: "MnasNet space of Accel-NASBench: seven stages with expansion, kernel, layers and squeeze-and-excitation",
  genes,
  segments,
});
