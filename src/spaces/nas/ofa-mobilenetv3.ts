/**
 * Once-for-all MobileNetV3 (Cai et al., ICLR 2020; mit-han-lab/once-for-all, `ofa_mbv3.py`): five stages of two to four
 * blocks, kernel 3, 5 or 7, expansion 3, 4 or 6, widths 1.0 and 1.2, input 128 to 224.
 */
import { conv, fc, flatten } from "../../graph/index.js";
import { averageImage, invertedResidual, makeDivisible, type Pooling } from "../blocks/mobile.js";
import { type ArchitectureOf, createChoiceSpace, repeated } from "../choice-space.js";
import type { Segment } from "../space.js";

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

function segments({ r, w, ks, e, d }: ArchitectureOf<typeof genes>, pooling: Pooling): Segment[] {
  const width = (channels: number) => makeDivisible(channels * w);
  let [size, cin] = [r / 2, width(16)];
  const chain: Segment[] = [
    {
      key: `stem/${r}/${w}`,
      build(g) {
        const x = conv(g, g.input("input", [1, 3, r, r]), {
          cout: width(16),
          kernel: 3,
          stride: 2,
          activation: "hswish",
        });
        return invertedResidual(g, x, { cout: width(16), expanded: width(16), kernel: 3, activation: "relu" });
      },
    },
  ];
  for (const [stage, channels] of WIDTHS.entries())
    for (let i = 0; i < d[stage]!; i++) {
      const [kernel, ratio] = [ks[4 * stage + i]!, e[4 * stage + i]!];
      const [cout, stride] = [width(channels), i === 0 ? STRIDES[stage]! : 1];
      const [activation, squeezed] = [ACTIVATIONS[stage]!, SQUEEZED[stage]!];
      chain.push({
        key: `block/${size}/${cin}/${cout}/${stride}/${kernel}/${ratio}/${activation}/${squeezed}`,
        build(g, x) {
          const expanded = makeDivisible(g.shape(x)[1]! * ratio);
          const squeeze = makeDivisible(expanded >> 2);
          const options = { cout, expanded, kernel, stride, activation };
          if (!squeezed) return invertedResidual(g, x, options);
          const squeezeExcite = { squeeze, gate: "hsigmoid", pooling } as const;
          return invertedResidual(g, x, { ...options, squeezeExcite });
        },
      });
      [size, cin] = [Math.ceil(size / stride), cout];
    }
  chain.push({
    key: `head/${size}/${w}`,
    build(g, x) {
      x = conv(g, x, { cout: width(960), kernel: 1, activation: "hswish" });
      x = averageImage(g, x, pooling);
      x = conv(g, x, { cout: width(1280), kernel: 1, bias: false, activation: "hswish" });
      return fc(g, flatten(g, x), 1000);
    },
  });
  return chain;
}

const create = (name: string, summary: string, pooling: Pooling) =>
  createChoiceSpace({
    name,
    summary,
    genes,
    active: ({ d }, gene, position) => gene === "r" || gene === "w" || gene === "d" || position % 4 < d[position >> 2]!,
    segments: (architecture) => segments(architecture, pooling),
  });

export default create(
  "ofa-mobilenetv3",
  "Once-for-all MobileNetV3: 20 blocks of kernel 3/5/7 and expansion 3/4/6, depth 2-4, width 1.0 and 1.2",
  "two-means",
);

/**
 * The same networks with one global average where the published code takes the mean over columns and then over rows: the same numbers, and
 * on ONNX Runtime 1.30 the mean over rows alone, 960 × 6, takes 173 µs where 7 would do.
 */
export const deployed = create(
  "ofa-mobilenetv3-deployed",
  "OFA-MobileNetV3 as one would deploy it: means over an image are one operator",
  "global-average",
);
