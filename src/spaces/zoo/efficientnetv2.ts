/** EfficientNetV2 (Tan and Le, ICML 2021; torchvision `efficientnet_v2_s`, timm `efficientnetv2_b0` …): fused inverted residuals first. */
import { add, conv, createGraphBuilder, fc, flatten, type GraphBuilder, globalAvgPool } from "../../graph/index.js";
import { invertedResidual, makeDivisible } from "../blocks/mobile.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";

const genes = {
  r: [224, 224, 192, 240, 260, 288, 300, 384],
  width: [1, 1.1, 1.2, 1.4, 0.5, 0.75],
  activation: ["swish", "swish", "relu", "hswish"],
  depths: {
    positions: [
      [1, 2],
      [2, 3],
      [2, 3],
      [3, 4, 5],
      [4, 5, 6],
      [6, 8],
    ],
  },
} as const;

/** Fused, expansion, channels, stride. */
const STAGES = [
  [true, 1, 16, 1],
  [true, 4, 32, 2],
  [true, 4, 48, 2],
  [false, 4, 96, 2],
  [false, 6, 112, 1],
  [false, 6, 192, 2],
] as const;
type Architecture = ArchitectureOf<typeof genes>;

function fused(
  g: GraphBuilder,
  x: string,
  cout: number,
  expansion: number,
  stride: number,
  act: Architecture["activation"],
) {
  const cin = g.shape(x)[1]!;
  const first = { kernel: 3, stride, activation: act };
  const y =
    expansion === 1
      ? conv(g, x, { ...first, cout })
      : conv(g, conv(g, x, { ...first, cout: makeDivisible(cin * expansion) }), { cout, kernel: 1 });
  return stride === 1 && cin === cout ? add(g, y, x) : y;
}

function graph({ r, width, activation, depths }: Architecture) {
  const g = createGraphBuilder("efficientnetv2");
  const scaled = (channels: number) => makeDivisible(channels * width);
  let x = conv(g, g.input("input", [1, 3, r, r]), { cout: scaled(32), kernel: 3, stride: 2, activation });
  for (const [stage, [isFused, expansion, channels, firstStride]] of STAGES.entries())
    for (let i = 0; i < depths[stage]!; i++) {
      const [cin, stride, cout] = [g.shape(x)[1]!, i === 0 ? firstStride : 1, scaled(channels)];
      if (isFused) x = fused(g, x, cout, expansion, stride, activation);
      else
        x = invertedResidual(g, x, {
          cout,
          expanded: makeDivisible(cin * expansion),
          kernel: 3,
          stride,
          activation,
          squeezeExcite: { squeeze: Math.max(1, cin >> 2), activation, pooling: "reduce-mean" },
        });
    }
  x = conv(g, x, { cout: 1280, kernel: 1, activation });
  return g.build([fc(g, flatten(g, globalAvgPool(g, x)), 1000)]);
}

export default createChoiceSpace({ name: "efficientnetv2", summary: "EfficientNetV2", genes, graph });
