/** MobileNetV3 large and small (Howard et al., ICCV 2019; torchvision `mobilenetv3.py`, timm `mobilenetv3.py`). */
import { type Activation, conv, createGraphBuilder, fc, flatten } from "../../graph/index.js";
import { averageImage, invertedResidual, makeDivisible } from "../blocks/mobile.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";
import { RESOLUTIONS } from "./resolutions.js";

const genes = {
  r: RESOLUTIONS,
  size: ["large", "large", "small"],
  width: [1, 1, 0.35, 0.5, 0.75, 1.25],
  squeezeOf: ["expanded", "input"],
  code: ["torchvision", "timm"],
} as const;

/** Kernel, expanded, channels, squeeze-and-excitation, activation, stride. */
type Row = readonly [number, number, number, boolean, Activation, number];
const LARGE: readonly Row[] = [
  [3, 16, 16, false, "relu", 1],
  [3, 64, 24, false, "relu", 2],
  [3, 72, 24, false, "relu", 1],
  [5, 72, 40, true, "relu", 2],
  [5, 120, 40, true, "relu", 1],
  [5, 120, 40, true, "relu", 1],
  [3, 240, 80, false, "hswish", 2],
  [3, 200, 80, false, "hswish", 1],
  [3, 184, 80, false, "hswish", 1],
  [3, 184, 80, false, "hswish", 1],
  [3, 480, 112, true, "hswish", 1],
  [3, 672, 112, true, "hswish", 1],
  [5, 672, 160, true, "hswish", 2],
  [5, 960, 160, true, "hswish", 1],
  [5, 960, 160, true, "hswish", 1],
];
const SMALL: readonly Row[] = [
  [3, 16, 16, true, "relu", 2],
  [3, 72, 24, false, "relu", 2],
  [3, 88, 24, false, "relu", 1],
  [5, 96, 40, true, "hswish", 2],
  [5, 240, 40, true, "hswish", 1],
  [5, 240, 40, true, "hswish", 1],
  [5, 120, 48, true, "hswish", 1],
  [5, 144, 48, true, "hswish", 1],
  [5, 288, 96, true, "hswish", 2],
  [5, 576, 96, true, "hswish", 1],
  [5, 576, 96, true, "hswish", 1],
];

function graph({ r, size, width, squeezeOf, code }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("mobilenetv3");
  const scaled = (channels: number) => makeDivisible(channels * width);
  const pooling = code === "timm" ? "reduce-mean" : "global-average";
  let x = conv(g, g.input("input", [1, 3, r, r]), { cout: scaled(16), kernel: 3, stride: 2, activation: "hswish" });
  for (const [kernel, inner, channels, squeezed, activation, stride] of size === "large" ? LARGE : SMALL) {
    const expanded = scaled(inner);
    const squeeze = makeDivisible((squeezeOf === "expanded" ? expanded : 4 * g.shape(x)[1]!) / 4);
    x = invertedResidual(g, x, {
      cout: scaled(channels),
      expanded,
      kernel,
      stride,
      activation,
      squeezeExcite: squeezed ? { squeeze, gate: "hsigmoid", pooling } : undefined,
    });
  }
  const [last, hidden] = [scaled(size === "large" ? 960 : 576), size === "large" ? 1280 : 1024];
  x = averageImage(g, conv(g, x, { cout: last, kernel: 1, activation: "hswish" }), "global-average");
  if (code === "timm") x = flatten(g, conv(g, x, { cout: hidden, kernel: 1, activation: "hswish" }));
  else x = fc(g, flatten(g, x), hidden, { activation: "hswish" });
  return g.build([fc(g, x, 1000)]);
}

export default createChoiceSpace({ name: "mobilenetv3", summary: "MobileNetV3 large and small", genes, graph });
