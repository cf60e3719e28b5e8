/**
 * Operators of ONNX Runtime's own domain that language models are made of: attention with a cache of keys and values, and
 * weights of a few bits. Source: docs/ContribOperators.md of ONNX Runtime.
 */
import type { GraphNode, Tensor } from "../graph.js";
import { fail, type Inferred, integer, type Rule, type RuleTable, required } from "./rule.js";

/** Output, and what is kept: keys and values of `heads` heads, those of before with the new ones. */
function withCache(node: GraphNode, query: Tensor, columns: number, kept: Kept): Inferred[] {
  const [batch = 1, length = 1] = query.shape;
  const { type } = query;
  const cache = { shape: [batch, kept.heads, kept.past + kept.added, kept.size], type };
  return [{ shape: [batch, length, columns], type }, cache, cache].slice(0, Math.max(1, node.outputs.length));
}

interface Kept {
  readonly heads: number;
  readonly past: number;
  readonly added: number;
  readonly size: number;
}

/** Inputs (query, key, value, bias, mask, attention bias, past key, past value). */
const multiHeadAttention: Rule = (node, inputs) => {
  const query = required(node, inputs, 0);
  const value = inputs[2];
  const heads = integer(node, "num_heads", 1);
  const columns = value?.shape.length === 3 ? value.shape[2]! : query.shape[2]!;
  const past = inputs[6]?.shape[2] ?? 0;
  const added = inputs[1]?.shape[1] ?? query.shape[1]!;
  return withCache(node, query, columns, { heads, past, added, size: Math.floor(columns / heads) });
};

/** Inputs (query, key, value, past key, past value, lengths, total, …); query, key and value may be packed into the first. */
const groupQueryAttention: Rule = (node, inputs) => {
  const query = required(node, inputs, 0);
  const heads = integer(node, "num_heads", 1);
  const kvHeads = integer(node, "kv_num_heads", heads);
  const packed = inputs[1] === undefined;
  const size = Math.floor(query.shape[2]! / (packed ? heads + 2 * kvHeads : heads));
  // A buffer that is shared between past and present has room for all; its length is the past's.
  const past = inputs[3]?.shape[2] ?? 0;
  return withCache(node, query, heads * size, { heads: kvHeads, past, added: query.shape[1]!, size });
};

/** Attributes K and N: the sizes of the matrix that the packed weights stand for. */
const matMulNBits: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const [depth, columns] = [integer(node, "K", 0), integer(node, "N", 0)];
  if (x.shape.at(-1) !== depth) fail(node, `rows of ${x.shape.at(-1)} and weights of ${depth}`);
  return { shape: [...x.shape.slice(0, -1), columns], type: x.type };
};

/** Data (packed 4 or 8 bits), indices, scales: rows of the data as floats. */
const gatherBlockQuantized: Rule = (node, inputs) => {
  const data = required(node, inputs, 0);
  const indices = required(node, inputs, 1);
  const { type } = required(node, inputs, 2);
  const axis = integer(node, "gather_axis", 0);
  const packed = data.type === "uint8" && integer(node, "bits", 4) === 4 ? 2 : 1;
  const row = [...data.shape];
  row[row.length - 1]! *= packed;
  return { shape: [...row.slice(0, axis), ...indices.shape, ...row.slice(axis + 1)], type };
};

export const languageRules: RuleTable = {
  GatherBlockQuantized: gatherBlockQuantized,
  GroupQueryAttention: groupQueryAttention,
  MatMulNBits: matMulNBits,
  MultiHeadAttention: multiHeadAttention,
};
