/** ViT-tiny (timm `vit_tiny_patch16_224`): twelve blocks, deeper than the zoo's family goes. */
import { add, concat, createGraphBuilder, fc, type Graph, layerNorm } from "../../graph/index.js";
import { patchTokens, select, transformerBlock } from "../blocks/attention.js";

const channels = 192;
const image = 224;
const patch = 16;

export function vitTiny(): Graph {
  const g = createGraphBuilder("vit-tiny");
  const patches = patchTokens(g, g.input("input", [1, 3, image, image]), channels, patch);
  let x = concat(g, [g.constant([1, 1, channels]), patches]);
  x = add(g, x, g.constant([1, 1 + (image / patch) ** 2, channels]));
  for (let i = 0; i < 12; i++)
    x = transformerBlock(g, x, { heads: 3, hidden: 4 * channels, exporter: "torchscript", scaling: "roots" });
  return g.build([fc(g, select(g, layerNorm(g, x), 1, 0), 1000)]);
}
