/** ViT and DeiT (Dosovitskiy et al. 2021, Touvron et al. 2021; timm `vision_transformer.py`): tiny to base, patch 8 to 32. */
import { add, concat, createGraphBuilder, fc, layerNorm, mean } from "../../graph/index.js";
import { addLearned, patchTokens, select, transformerBlock } from "../blocks/attention.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";

const genes = {
  r: [224, 224, 224, 160, 192, 256, 288, 384],
  patch: [16, 16, 16, 32, 14, 8],
  heads: [3, 3, 4, 6, 6, 8, 12],
  dim: [64, 64, 32, 48],
  ratio: [4, 4, 3, 2],
  depth: [2, 3, 4],
  token: ["class", "class", "class", "distilled", "average"],
  exporter: ["torchscript", "dynamo"],
} as const;

function graph({ r, patch, heads, dim, ratio, depth, token, exporter }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("vit");
  const channels = heads * dim;
  // 14 × 14 patches do not tile every size; 8 × 8 patches of large images are beyond what is deployed.
  const size = Math.round((patch === 8 ? Math.min(r, 224) : r) / patch) * patch;
  let x = patchTokens(g, g.input("input", [1, 3, size, size]), channels, patch);
  const extra = token === "class" ? 1 : token === "distilled" ? 2 : 0;
  if (extra > 0) x = concat(g, [...Array.from({ length: extra }, () => g.constant([1, 1, channels])), x]);
  x = addLearned(g, x);
  for (let i = 0; i < depth; i++)
    x = transformerBlock(g, x, { heads, hidden: channels * ratio, exporter, scaling: "roots" });
  if (token === "average") return g.build([fc(g, layerNorm(g, mean(g, x, [1])), 1000)]);
  x = layerNorm(g, x);
  const first = fc(g, select(g, x, 1, 0), 1000);
  return g.build([token === "class" ? first : add(g, first, fc(g, select(g, x, 1, 1), 1000))]);
}

// All blocks of a ViT are alike, so a depth of 2 to 4 shows the same kernels as 12.
export default createChoiceSpace({ name: "vit", summary: "ViT and DeiT, tiny to base", genes, graph });
