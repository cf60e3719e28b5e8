/** MLP-Mixer (Tolstikhin et al., NeurIPS 2021; timm `mlp_mixer.py`) and ResMLP-like widths: MLPs over tokens and over channels. */
import { add, createGraphBuilder, fc, layerNorm, mean, transpose } from "../../graph/index.js";
import { mlp, patchTokens } from "../blocks/attention.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";

const genes = {
  r: [224, 224, 224, 192, 256],
  patch: [16, 16, 32],
  channels: [512, 512, 256, 384, 768],
  tokenRatio: [0.5, 0.5, 0.25, 1],
  channelRatio: [4, 4, 2, 3],
  depth: [2, 3],
} as const;

function graph({ r, patch, channels, tokenRatio, channelRatio, depth }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("mlp-mixer");
  let x = patchTokens(g, g.input("input", [1, 3, r, r]), channels, patch);
  for (let i = 0; i < depth; i++) {
    const mixed = mlp(g, transpose(g, layerNorm(g, x), [0, 2, 1]), channels * tokenRatio);
    x = add(g, x, transpose(g, mixed, [0, 2, 1]));
    x = add(g, x, mlp(g, layerNorm(g, x), channels * channelRatio));
  }
  return g.build([fc(g, mean(g, layerNorm(g, x), [1]), 1000)]);
}

export default createChoiceSpace({ name: "mlp-mixer", summary: "MLP-Mixer", genes, graph });
