/**
 * ConvNeXt (Liu et al., CVPR 2022; timm and torchvision `convnext.py`): 7×7 depthwise, layer norm over channels, an MLP
 * as fully connected layers (channels last) or as 1×1 convolutions, layer scale.
 */
import {
  activation,
  add,
  conv,
  createGraphBuilder,
  depthwise,
  fc,
  flatten,
  type GraphBuilder,
  globalAvgPool,
  layerNorm,
  mul,
  transpose,
} from "../../graph/index.js";
import { imageLayerNorm, mlp } from "../blocks/attention.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";
import { RESOLUTIONS } from "./resolutions.js";

const genes = {
  r: RESOLUTIONS,
  channels: [96, 96, 40, 48, 64, 80, 128],
  depths: {
    positions: [
      [1, 2],
      [1, 2],
      [2, 3],
      [1, 2],
    ],
  },
  kernel: [7, 7, 7, 3, 5, 9],
  mlp: ["linear", "conv"],
} as const;
type Architecture = ArchitectureOf<typeof genes>;

function block(g: GraphBuilder, x: string, { kernel, mlp: kind }: Architecture): string {
  const c = g.shape(x)[1]!;
  let y = depthwise(g, x, { kernel });
  if (kind === "linear") y = transpose(g, mlp(g, layerNorm(g, transpose(g, y, [0, 2, 3, 1])), 4 * c), [0, 3, 1, 2]);
  else {
    y = activation(g, conv(g, imageLayerNorm(g, y), { cout: 4 * c, kernel: 1 }), "gelu");
    y = conv(g, y, { cout: c, kernel: 1 });
  }
  return add(g, mul(g, y, g.constant([1, c, 1, 1])), x);
}

function graph(architecture: Architecture) {
  const { r, channels, depths } = architecture;
  const g = createGraphBuilder("convnext");
  let x = conv(g, g.input("input", [1, 3, r, r]), { cout: channels, kernel: 4, stride: 4, padding: 0 });
  x = imageLayerNorm(g, x);
  for (const [stage, depth] of depths.entries()) {
    if (stage > 0) x = conv(g, imageLayerNorm(g, x), { cout: channels << stage, kernel: 2, stride: 2, padding: 0 });
    for (let i = 0; i < depth; i++) x = block(g, x, architecture);
  }
  x = flatten(g, imageLayerNorm(g, globalAvgPool(g, x)));
  return g.build([fc(g, x, 1000)]);
}

export default createChoiceSpace({ name: "convnext", summary: "ConvNeXt", genes, graph });
