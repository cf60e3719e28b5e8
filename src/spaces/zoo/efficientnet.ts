/**
 * EfficientNet B0 to B4 (Tan and Le, ICML 2019; torchvision and timm `efficientnet.py`) and EfficientNet-Lite, which
 * has ReLU6 and no squeeze-and-excitation.
 */
import { conv, createGraphBuilder, fc, flatten, globalAvgPool } from "../../graph/index.js";
import { invertedResidual, makeDivisible } from "../blocks/mobile.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";

const genes = {
  r: [224, 224, 224, 240, 256, 260, 288, 300, 192, 160, 128],
  width: [1, 1, 1, 1.1, 1.2, 1.4, 0.5, 0.75],
  depth: [1, 1, 1.1, 1.2],
  lite: [false, false, false, true],
  code: ["torchvision", "timm"],
} as const;

/** Kernel, expansion, channels, blocks, stride. */
const STAGES = [
  [3, 1, 16, 1, 1],
  [3, 6, 24, 2, 2],
  [5, 6, 40, 2, 2],
  [3, 6, 80, 3, 2],
  [5, 6, 112, 3, 1],
  [5, 6, 192, 4, 2],
  [3, 6, 320, 1, 1],
] as const;

function graph({ r, width, depth, lite, code }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("efficientnet");
  const scaled = (channels: number) => makeDivisible(channels * width);
  const activation = lite ? "relu6" : "swish";
  const pooling = code === "timm" ? "reduce-mean" : "global-average";
  let x = conv(g, g.input("input", [1, 3, r, r]), {
    cout: lite ? 32 : scaled(32),
    kernel: 3,
    stride: 2,
    activation,
  });
  for (const [kernel, expansion, channels, blocks, stride] of STAGES)
    for (let i = 0; i < Math.ceil(blocks * depth); i++) {
      const cin = g.shape(x)[1]!;
      const squeeze = Math.max(1, cin >> 2);
      x = invertedResidual(g, x, {
        cout: scaled(channels),
        expanded: makeDivisible(cin * expansion),
        kernel,
        stride: i === 0 ? stride : 1,
        activation,
        squeezeExcite: lite ? undefined : { squeeze, activation: "swish", pooling },
      });
    }
  x = conv(g, x, { cout: lite ? 1280 : scaled(1280), kernel: 1, activation });
  return g.build([fc(g, flatten(g, globalAvgPool(g, x)), 1000)]);
}

export default createChoiceSpace({ name: "efficientnet", summary: "EfficientNet B0 to B4 and Lite", genes, graph });
