/** ConvMixer (Trockman and Kolter 2023; timm `convmixer.py`): large depthwise kernels with a residual, 1×1 convolutions, one size throughout. */
import {
  activation,
  add,
  batchNorm,
  conv,
  createGraphBuilder,
  depthwise,
  fc,
  flatten,
  globalAvgPool,
} from "../../graph/index.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";

const genes = {
  r: [224, 224, 192, 256],
  channels: [256, 384, 512, 768, 1024],
  patch: [7, 7, 14, 8],
  kernel: [7, 9, 9, 5],
  activation: ["relu", "gelu", "gelu"],
  depth: [2, 3],
} as const;

function graph({ r, channels, patch, kernel, activation: act, depth }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("convmixer");
  // The activation comes before the batch norm, which therefore stays.
  const normal = (y: string) => batchNorm(g, activation(g, y, act));
  let x = normal(conv(g, g.input("input", [1, 3, r, r]), { cout: channels, kernel: patch, stride: patch, padding: 0 }));
  for (let i = 0; i < depth; i++) {
    x = add(g, normal(depthwise(g, x, { kernel })), x);
    x = normal(conv(g, x, { cout: channels, kernel: 1 }));
  }
  return g.build([fc(g, flatten(g, globalAvgPool(g, x)), 1000)]);
}

export default createChoiceSpace({ name: "convmixer", summary: "ConvMixer", genes, graph });
