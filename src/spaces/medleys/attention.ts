/** Attention of all kinds, and what blocks of tokens share. */
import {
  type Activation,
  add,
  conv,
  fc,
  type GraphBuilder,
  integers,
  layerNorm,
  mul,
  reshape,
  scalar,
  softmax,
  transpose,
} from "../../graph/index.js";
import {
  attend,
  byToken,
  type Exporter,
  imageOf,
  mergeHeads,
  projected,
  type Scaling,
  selfAttention,
  swapped,
  tokensOf,
} from "../blocks/attention.js";

export interface Style {
  readonly heads: number;
  readonly act: Activation;
  readonly exporter: Exporter;
  readonly scaling: Scaling;
}
/** (1, tokens, channels) of a square image → the same. */
export type Block = (g: GraphBuilder, x: string, style: Style) => string;

/** More tokens attend to each other in windows alone. */
export const mostTokens = 800;

export const shapeOf = (g: GraphBuilder, x: string) => g.shape(x) as [number, number, number];
export const sideOf = (g: GraphBuilder, x: string) => Math.sqrt(shapeOf(g, x)[1]);
/** As (1, side, side, channels). */
export const squareOf = (g: GraphBuilder, x: string) =>
  reshape(g, x, [1, sideOf(g, x), sideOf(g, x), g.shape(x).at(-1)!]);
export const rowOf = (g: GraphBuilder, x: string) => {
  const [n, h, w, c] = g.shape(x) as [number, number, number, number];
  return reshape(g, x, [n, h * w, c]);
};

/** Divided by its norm along the last axis, the norm spread out as PyTorch's `normalize` does. */
function normalized(g: GraphBuilder, x: string): string {
  const norm = g.node("ReduceL2", [x], { axes: [-1], keepdims: 1 });
  const spread = g.node("Expand", [g.node("Clip", [norm, scalar(g, 1e-12)]), integers(g, g.shape(x))]);
  return g.node("Div", [x, spread]);
}

/** Queries scaled before they meet anything. */
const scaledQuery = (g: GraphBuilder, q: string) => mul(g, q, scalar(g, g.shape(q).at(-1)! ** -0.5));

/** Cosines of queries and keys, each head with a temperature of its own. */
const cosines = (g: GraphBuilder, q: string, k: string, heads: number) =>
  mul(g, g.node("MatMul", [normalized(g, q), swapped(g, normalized(g, k))]), g.constant([heads, 1, 1]));

export const attended: Block = (g, x, style) =>
  shapeOf(g, x)[1] > mostTokens ? windowed(7)(g, x, style) : selfAttention(g, x, style);

/** Inside windows of `size` × `size`, with a learned term for each pair of places. */
export const windowed =
  (size: number, form: "learned" | "normalised" = "learned"): Block =>
  (g, x, style) => {
    const [, , channels] = shapeOf(g, x);
    const side = sideOf(g, x);
    const window = side % size === 0 ? size : side;
    if (window * window > mostTokens) return x;
    const [rows, inside] = [side / window, window * window];
    const cut = reshape(g, x, [1, rows, window, rows, window, channels]);
    const windows = reshape(g, transpose(g, cut, [0, 1, 3, 2, 4, 5]), [rows * rows, inside, channels]);
    const bias = (scores: string) => add(g, scores, g.constant([1, style.heads, inside, inside]));
    let y: string;
    if (form === "learned") y = selfAttention(g, windows, { ...style, bias });
    else {
      const [q, k, v] = projected(g, windows, style);
      y = fc(g, mergeHeads(g, g.node("MatMul", [softmax(g, bias(cosines(g, q, k, style.heads))), v])), channels);
    }
    const back = transpose(g, reshape(g, y, [1, rows, rows, window, window, channels]), [0, 1, 3, 2, 4, 5]);
    return reshape(g, back, [1, side * side, channels]);
  };

/** Scores with terms for rows and for columns, each spread over the other (BoTNet, halo attention). */
export const positioned: Block = (g, x, style) => {
  const [, tokens, channels] = shapeOf(g, x);
  const side = sideOf(g, x);
  if (tokens > 256) return attended(g, x, style);
  const [q, k, v] = projected(g, x, style);
  const { heads } = style;
  const term = (image: string, perm: readonly number[]) => {
    const scores = g.node("MatMul", [image, g.constant([channels / heads, side])]);
    const spread = g.node("Expand", [
      reshape(g, scores, [heads, side, 1, side, side]),
      integers(g, [heads, side, side, side, side]),
    ]);
    return reshape(g, transpose(g, spread, perm), [1, heads, tokens, tokens]);
  };
  const image = reshape(g, scaledQuery(g, q), [heads, side, side, channels / heads]);
  const bias = (scores: string) =>
    add(g, add(g, scores, term(image, [0, 1, 3, 2, 4])), term(transpose(g, image, [0, 2, 1, 3]), [0, 3, 1, 4, 2]));
  return fc(g, mergeHeads(g, attend(g, q, k, v, { ...style, bias })), channels);
};

/** Channels attend to each other instead of tokens (XCiT). */
export const acrossChannels: Block = (g, x, style) => {
  const [, tokens, channels] = shapeOf(g, x);
  const [q, k, v] = projected(g, x, style).map((part) => swapped(g, part)) as [string, string, string];
  const mixed = g.node("MatMul", [softmax(g, cosines(g, q, k, style.heads)), v]);
  return fc(g, reshape(g, transpose(g, mixed, [0, 3, 1, 2]), [1, tokens, channels]), channels);
};

/** Keys weighted by a softmax over the tokens, then queries times their sum. */
export const linear: Block = (g, x, style) => {
  const [q, k, v] = projected(g, x, style);
  const sums = g.node("MatMul", [swapped(g, softmax(g, k, 2)), v]);
  return fc(g, mergeHeads(g, g.node("MatMul", [softmax(g, q), sums])), shapeOf(g, x)[2]);
};

/** Keys and values of an image made smaller by a convolution (PVT). */
export const reduced: Block = (g, x, { heads, scaling }) => {
  const [, tokens, channels] = shapeOf(g, x);
  const side = sideOf(g, x);
  if (tokens > 3200) return x;
  const split = (part: string) =>
    transpose(g, reshape(g, part, [1, g.shape(part)[1]!, heads, channels / heads]), [0, 2, 1, 3]);
  const ratio = side >= 28 ? 4 : 2;
  const small = tokensOf(g, conv(g, imageOf(g, x), { cout: channels, kernel: ratio, stride: ratio, padding: 0 }));
  const [k, v] = [fc(g, layerNorm(g, small), channels), fc(g, small, channels)];
  return fc(g, mergeHeads(g, attend(g, split(fc(g, x, channels)), split(k), split(v), { scaling })), channels);
};

/** Scores mixed over the heads before and after the softmax (CaiT). */
export const talking: Block = (g, x, style) => {
  const [, tokens, channels] = shapeOf(g, x);
  if (tokens > 256) return attended(g, x, style);
  const [query, k, v] = projected(g, x, style);
  const q = scaledQuery(g, query);
  const mixed = (scores: string) => transpose(g, fc(g, transpose(g, scores, [0, 2, 3, 1]), style.heads), [0, 3, 1, 2]);
  const scores = mixed(softmax(g, mixed(g.node("MatMul", [q, swapped(g, k)]))));
  return fc(g, mergeHeads(g, g.node("MatMul", [scores, v])), channels);
};

/** A learned table for each pair of tokens, multiplied token by token (AutoFormer). */
export const related: Block = (g, x, style) => {
  const [, tokens, channels] = shapeOf(g, x);
  if (tokens > 260) return attended(g, x, style);
  const dim = channels / style.heads;
  const [query, k, v] = projected(g, x, style);
  const q = scaledQuery(g, query);
  const relative = transpose(g, g.node("MatMul", [byToken(g, q), g.constant([tokens, dim, tokens])]), [1, 0, 2]);
  const scores = softmax(
    g,
    add(g, g.node("MatMul", [q, swapped(g, k)]), reshape(g, relative, [1, style.heads, tokens, tokens])),
  );
  const values = transpose(g, g.node("MatMul", [byToken(g, scores), g.constant([tokens, tokens, dim])]), [1, 0, 2]);
  const moved = reshape(g, values, [1, style.heads, tokens, dim]);
  return fc(g, add(g, mergeHeads(g, g.node("MatMul", [scores, v])), mergeHeads(g, moved)), channels);
};

/** Scores of some pairs left out, the others made to sum to one again (masked and gated attention). */
export const masked: Block = (g, x, style) => {
  const [, tokens, channels] = shapeOf(g, x);
  if (tokens > 400) return attended(g, x, style);
  const [q, k, v] = projected(g, x, style);
  const raw = mul(g, g.node("MatMul", [q, swapped(g, k)]), scalar(g, (channels / style.heads) ** -0.5));
  const seen = Array.from({ length: tokens * tokens }, (_, i) => (i % tokens <= i / tokens ? 1 : 0));
  const scores = softmax(g, g.node("Where", [g.constant([tokens, tokens], seen, "bool"), raw, scalar(g, -30)]));
  const sums = g.node("ReduceSum", [scores, integers(g, [-1])], { keepdims: 1 });
  return fc(g, mergeHeads(g, g.node("MatMul", [g.node("Div", [scores, sums]), v])), channels);
};
