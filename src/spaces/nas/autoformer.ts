/**
 * AutoFormer (Chen et al., ICCV 2021; microsoft/Cream): ViT with patch 16 at 224, embedding width and depth for the whole
 * network, heads (of 64 channels) and MLP ratio for each block, 2-D relative positions on keys and values.
 */
import {
  add,
  concat,
  fc,
  type GraphBuilder,
  layerNorm,
  mul,
  reshape,
  scalar,
  softmax,
  transpose,
} from "../../graph/index.js";
import { addLearned, byToken, mergeHeads, mlp, patchTokens, select, unbind } from "../blocks/attention.js";
import { type ArchitectureOf, createChoiceSpace, repeated } from "../choice-space.js";
import type { Segment } from "../space.js";

/** The published supernets. (Ratio 3 is not in the tiny one, but in the published AutoFormer-T.) */
const SUPERNETS = {
  tiny: { embed: [192, 216, 240], heads: [3, 4], ratios: [3, 3.5, 4], depths: [12, 13, 14] },
  small: { embed: [320, 384, 448], heads: [5, 6, 7], ratios: [3, 3.5, 4], depths: [12, 13, 14] },
  base: { embed: [528, 576, 624], heads: [9, 10], ratios: [3, 3.5, 4], depths: [14, 15, 16] },
} as const;

const HEAD = 64;

function attention(g: GraphBuilder, x: string, heads: number, ofKeys: string, ofValues: string): string {
  const [, tokens, channels] = g.shape(x) as [number, number, number];
  const scale = scalar(g, HEAD ** -0.5);
  const qkv = reshape(g, fc(g, x, 3 * heads * HEAD), [1, tokens, 3, heads, HEAD]);
  const [q, k, v] = unbind(g, transpose(g, qkv, [2, 0, 3, 1, 4]), "torchscript") as [string, string, string];
  let scores = mul(g, g.node("MatMul", [q, transpose(g, k, [0, 1, 3, 2])]), scale);
  const relative = transpose(g, g.node("MatMul", [byToken(g, q), ofKeys]), [1, 0, 2]);
  scores = add(g, scores, mul(g, reshape(g, relative, [1, heads, tokens, tokens]), scale));
  const weights = softmax(g, scores);
  const values = g.node("MatMul", [byToken(g, weights), ofValues]);
  const moved = reshape(g, transpose(g, values, [1, 0, 2]), [1, heads, tokens, HEAD]);
  const mixed = add(g, mergeHeads(g, g.node("MatMul", [weights, v])), mergeHeads(g, moved));
  return fc(g, mixed, channels);
}

function createAutoFormer<const S extends keyof typeof SUPERNETS>(size: S) {
  const { embed, heads, ratios, depths } = SUPERNETS[size];
  const name = size === "small" ? "autoformer" : `autoformer-${size}`;
  const deepest = Math.max(...depths);
  const genes = {
    embed: embed as readonly number[],
    depth: depths as readonly number[],
    heads: repeated(deepest, heads as readonly number[]),
    ratio: repeated(deepest, ratios as readonly number[]),
  };
  function segments({ embed: channels, depth, heads: ofHeads, ratio }: ArchitectureOf<typeof genes>): Segment[] {
    // The tables (30 rows each for vertical and horizontal distance) gathered into an embedding for each pair of tokens,
    // as constant folding leaves them; one constant serves all blocks, to keep model files small.
    let [ofKeys, ofValues] = ["", ""];
    const patches: Segment = {
      key: `patches/${channels}`,
      build(g) {
        const x = patchTokens(g, g.input("input", [1, 3, 224, 224]), channels, 16);
        const embedded = addLearned(g, concat(g, [g.constant([1, 1, channels]), x]));
        const tokens = g.shape(embedded)[1]!;
        [ofKeys, ofValues] = [g.constant([tokens, HEAD, tokens]), g.constant([tokens, tokens, HEAD])];
        return embedded;
      },
    };
    const blocks = Array.from({ length: depth }, (_, i): Segment => {
      const hidden = Math.floor(channels * ratio[i]!);
      // The sum after the last block is read by one norm alone, which engines fuse with it.
      const last = i === depth - 1 ? "/last" : "";
      return {
        key: `block/${channels}/${ofHeads[i]}/${hidden}${last}`,
        build(g, x) {
          const attended = add(g, x, attention(g, layerNorm(g, x), ofHeads[i]!, ofKeys, ofValues));
          return add(g, attended, mlp(g, layerNorm(g, attended), hidden));
        },
      };
    });
    const classifier: Segment = {
      key: `classifier/${channels}`,
      build: (g, x) => fc(g, select(g, layerNorm(g, x), 1, 0), 1000),
    };
    return [patches, ...blocks, classifier];
  }
  return createChoiceSpace({
    name,
    summary: `AutoFormer, the ${size} supernet: embedding, depth, heads and MLP ratio of a ViT with relative positions`,
    genes,
    active: ({ depth }, gene, position) => gene === "embed" || gene === "depth" || position < depth,
    segments,
  });
}

export const tiny = createAutoFormer("tiny");
export const base = createAutoFormer("base");
export default createAutoFormer("small");
