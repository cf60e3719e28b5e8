/** A transformer of any size, with a mask that every layer reads: what large models of language look like. */
import { createGraphBuilder, type Graph } from "../src/graph/index.js";

export interface TransformerSize {
  readonly layers: number;
  readonly width: number;
  readonly tokens: number;
}

const heads = 4;

export function buildTransformer({ layers, width, tokens }: TransformerSize): Graph {
  const b = createGraphBuilder("transformer");
  const mask = b.input("mask", [1, 1, tokens, tokens]);
  let x = b.input("tokens", [1, tokens, width]);
  const dense = (input: string, from: number, to: number) =>
    b.node("Add", [b.node("MatMul", [input, b.constant([from, to])]), b.constant([to])]);
  const norm = (input: string) =>
    b.node("LayerNormalization", [input, b.constant([width]), b.constant([width])], { axis: -1, epsilon: 1e-5 });
  const split = b.constant([4], [1, tokens, heads, width / heads], "int64");
  const join = b.constant([3], [1, tokens, width], "int64");
  const headsOf = (input: string, perm: number[]) =>
    b.node("Transpose", [b.node("Reshape", [dense(input, width, width), split])], { perm });
  for (let i = 0; i < layers; i++) {
    const input = norm(x);
    const scores = b.node("MatMul", [headsOf(input, [0, 2, 1, 3]), headsOf(input, [0, 2, 3, 1])]);
    const weights = b.node("Softmax", [b.node("Add", [scores, mask])], { axis: -1 });
    const mixed = b.node("Transpose", [b.node("MatMul", [weights, headsOf(input, [0, 2, 1, 3])])], {
      perm: [0, 2, 1, 3],
    });
    x = b.node("Add", [x, dense(b.node("Reshape", [mixed, join]), width, width)]);
    x = b.node("Add", [x, dense(b.node("Relu", [dense(norm(x), width, 4 * width)]), 4 * width, width)]);
  }
  return b.build([x]);
}
