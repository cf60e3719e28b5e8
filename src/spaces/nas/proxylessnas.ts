/**
 * Once-for-all ProxylessNAS (mit-han-lab/once-for-all, `ofa_proxyless.py`): the MobileNetV2-like space, five stages of
 * two to four blocks and a last one, kernel 3, 5 or 7, expansion 3, 4 or 6, widths 1.0 and 1.3.
 */
import { conv, createGraphBuilder, fc, mean } from "../../graph/index.js";
import { invertedResidual, makeDivisible } from "../blocks/mobile.js";
import { type ArchitectureOf, createChoiceSpace, repeated } from "../choice-space.js";

const WIDTHS = [24, 40, 80, 96, 192, 320];
const STRIDES = [2, 2, 2, 1, 2, 1];

const genes = {
  r: [128, 144, 160, 176, 192, 208, 224],
  w: [1.0, 1.3],
  ks: repeated(21, [3, 5, 7]),
  e: repeated(21, [3, 4, 6]),
  d: repeated(5, [2, 3, 4]),
};

function graph({ r, w, ks, e, d }: ArchitectureOf<typeof genes>) {
  const width = (channels: number) => makeDivisible(channels * w);
  const g = createGraphBuilder("proxylessnas");
  let x = conv(g, g.input("input", [1, 3, r, r]), { cout: width(32), kernel: 3, stride: 2, activation: "relu6" });
  x = invertedResidual(g, x, { cout: width(16), expanded: width(32), kernel: 3, activation: "relu6" });
  for (const [stage, channels] of WIDTHS.entries())
    for (let block = 0; block < (d[stage] ?? 1); block++) {
      const at = 4 * stage + block;
      x = invertedResidual(g, x, {
        cout: width(channels),
        expanded: makeDivisible(g.shape(x)[1]! * e[at]!),
        kernel: ks[at]!,
        stride: block === 0 ? STRIDES[stage]! : 1,
        activation: "relu6",
      });
    }
  x = conv(g, x, { cout: width(1280), kernel: 1, activation: "relu6" });
  return g.build([fc(g, mean(g, mean(g, x, [3]), [2]), 1000)]);
}

export default createChoiceSpace({
  name: "proxylessnas",
  summary:
    "Once-for-all ProxylessNAS: 21 MobileNetV2 blocks of kernel 3/5/7 and expansion 3/4/6, depth 2-4, width 1.0 and 1.3",
  genes,
  active: ({ d }, gene, position) =>
    (gene !== "ks" && gene !== "e") || position === 20 || position % 4 < d[position >> 2]!,
  graph,
});
