/**
 * Once-for-all MobileNetV3 (Cai et al., ICLR 2020; mit-han-lab/once-for-all, `ofa_mbv3.py`): five stages of two to four
 * blocks, kernel 3, 5 or 7, expansion 3, 4 or 6, widths 1.0 and 1.2, input 128 to 224.
 */
import { conv, createGraphBuilder, fc, flatten } from "../../graph/index.js";
import { averageImage, invertedResidual, makeDivisible } from "../blocks/mobile.js";
import { type ArchitectureOf, createChoiceSpace, repeated } from "../choice-space.js";

const WIDTHS = [24, 40, 80, 112, 160];
const STRIDES = [2, 2, 2, 1, 2];
const ACTIVATIONS = ["relu", "relu", "hswish", "hswish", "hswish"] as const;
const SQUEEZED = [false, true, false, true, true];

const genes = {
  r: [128, 144, 160, 176, 192, 208, 224],
  w: [1.0, 1.2],
  ks: repeated(20, [3, 5, 7]),
  e: repeated(20, [3, 4, 6]),
  d: repeated(5, [2, 3, 4]),
};

function graph({ r, w, ks, e, d }: ArchitectureOf<typeof genes>) {
  const width = (channels: number) => makeDivisible(channels * w);
  const g = createGraphBuilder("ofa-mobilenetv3");
  let x = g.input("input", [1, 3, r, r]);
  x = conv(g, x, { cout: width(16), kernel: 3, stride: 2, activation: "hswish" });
  x = invertedResidual(g, x, { cout: width(16), expanded: width(16), kernel: 3, activation: "relu" });
  for (const [stage, channels] of WIDTHS.entries()) {
    for (let block = 0; block < d[stage]!; block++) {
      const at = 4 * stage + block;
      const expanded = makeDivisible(g.shape(x)[1]! * e[at]!);
      const squeeze = makeDivisible(expanded >> 2);
      x = invertedResidual(g, x, {
        cout: width(channels),
        expanded,
        kernel: ks[at]!,
        stride: block === 0 ? STRIDES[stage]! : 1,
        activation: ACTIVATIONS[stage]!,
        ...(SQUEEZED[stage] ? { squeezeExcite: { squeeze, gate: "hsigmoid", pooling: "two-means" } } : {}),
      });
    }
  }
  x = conv(g, x, { cout: width(960), kernel: 1, activation: "hswish" });
  x = averageImage(g, x, "two-means");
  x = conv(g, x, { cout: width(1280), kernel: 1, bias: false, activation: "hswish" });
  return g.build([fc(g, flatten(g, x), 1000)]);
}

export default createChoiceSpace({
  name: "ofa-mobilenetv3",
  summary: "Once-for-all MobileNetV3: 20 blocks of kernel 3/5/7 and expansion 3/4/6, depth 2-4, width 1.0 and 1.2",
  genes,
  active: ({ d }, gene, position) => gene === "r" || gene === "w" || gene === "d" || position % 4 < d[position >> 2]!,
  graph,
});
