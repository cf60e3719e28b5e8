/**
 * Swin transformer (Liu et al., ICCV 2021; timm and torchvision `swin_transformer.py`): attention in windows, shifted
 * in every other block by a roll (two slices and a concat for each axis).
 */
import {
  add,
  concat,
  conv,
  createGraphBuilder,
  fc,
  type GraphBuilder,
  integers,
  layerNorm,
  mean,
  reshape,
  slice,
  transpose,
} from "../../graph/index.js";
import { type Exporter, mlp, roll, selfAttention } from "../blocks/attention.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";

const genes = {
  /** Maps that are no multiple of the window are padded. */
  window: [7, 7, 7, 8, 12],
  r: [224, 224, 224, 256, 192, 384],
  channels: [96, 96, 48, 64, 128],
  dim: [32, 32, 16],
  depths: { positions: [[2], [2], [2, 4], [2]] },
  merge: ["reshape", "slices"],
  exporter: ["torchscript", "dynamo"],
} as const;

interface Window {
  readonly size: number;
  readonly shift: number;
  readonly dim: number;
  readonly exporter: Exporter;
}

function windowAttention(g: GraphBuilder, x: string, { size, shift, dim, exporter }: Window): string {
  const [, h, w, c] = g.shape(x) as [number, number, number, number];
  const [rows, columns, heads, tokens] = [Math.ceil(h / size), Math.ceil(w / size), c / dim, size * size];
  const count = rows * columns;
  const [tall, wide] = [rows * size, columns * size];
  if (tall > h || wide > w)
    x = g.node("Pad", [x, integers(g, [0, 0, 0, 0, 0, tall - h, wide - w, 0])], { mode: "constant" });
  if (shift > 0) x = roll(g, x, -shift);
  x = transpose(g, reshape(g, x, [1, rows, size, columns, size, c]), [0, 1, 3, 2, 4, 5]);
  const masked = (scores: string) => {
    const positioned = add(g, scores, g.constant([1, heads, tokens, tokens]));
    if (shift === 0) return positioned;
    const apart = reshape(g, positioned, [1, count, heads, tokens, tokens]);
    return reshape(g, add(g, apart, g.constant([1, count, 1, tokens, tokens])), [count, heads, tokens, tokens]);
  };
  x = selfAttention(g, reshape(g, x, [count, tokens, c]), { heads, exporter, scaling: "query", bias: masked });
  x = transpose(g, reshape(g, x, [1, rows, columns, size, size, c]), [0, 1, 3, 2, 4, 5]);
  x = reshape(g, x, [1, tall, wide, c]);
  if (shift > 0) x = roll(g, x, shift);
  if (tall > h) x = slice(g, x, 1, 0, h);
  return wide > w ? slice(g, x, 2, 0, w) : x;
}

/** (1, h, w, c) → (1, h/2, w/2, 2c). */
function mergePatches(g: GraphBuilder, x: string, merge: "reshape" | "slices"): string {
  const odd = g.shape(x)[1]! % 2;
  if (odd === 1) x = g.node("Pad", [x, integers(g, [0, 0, 0, 0, 0, 1, 1, 0])], { mode: "constant" });
  const [, h, w, c] = g.shape(x) as [number, number, number, number];
  if (merge === "reshape") {
    x = transpose(g, reshape(g, x, [1, h / 2, 2, w / 2, 2, c]), [0, 1, 3, 4, 2, 5]);
    x = reshape(g, x, [1, h / 2, w / 2, 4 * c]);
  } else {
    const corner = (row: number, column: number) => slice(g, slice(g, x, 1, row, h, 2), 2, column, w, 2);
    x = concat(g, [corner(0, 0), corner(1, 0), corner(0, 1), corner(1, 1)], 3);
  }
  return fc(g, layerNorm(g, x), 2 * c, { bias: false });
}

function graph({ window, r, channels, dim, depths, merge, exporter }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("swin");
  let x = conv(g, g.input("input", [1, 3, r, r]), { cout: channels, kernel: 4, stride: 4, padding: 0 });
  x = layerNorm(g, transpose(g, x, [0, 2, 3, 1]));
  const headDim = channels % dim === 0 ? dim : 16;
  for (const [stage, depth] of depths.entries()) {
    if (stage > 0) x = mergePatches(g, x, merge);
    for (let i = 0; i < depth; i++) {
      const side = g.shape(x)[1]!;
      const whole = side <= window;
      const block = {
        size: whole ? side : window,
        shift: whole || i % 2 === 0 ? 0 : window >> 1,
        dim: headDim,
        exporter,
      };
      x = add(g, x, windowAttention(g, layerNorm(g, x), block));
      x = add(g, x, mlp(g, layerNorm(g, x), 4 * g.shape(x)[3]!));
    }
  }
  return g.build([fc(g, mean(g, layerNorm(g, x), [1, 2]), 1000)]);
}

export default createChoiceSpace({ name: "swin", summary: "Swin transformer", genes, graph });
