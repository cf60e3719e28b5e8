/** Attention and rotary embedding (opset 23), and the recurrent layers. */
import type { GraphNode } from "../graph.js";
import {
  fail,
  type Inferred,
  integer,
  likeFirst,
  type Rule,
  type RuleTable,
  required,
  shapeText,
  text,
} from "./rule.js";

interface Heads {
  readonly batch: number;
  readonly heads: number;
  readonly length: number;
  readonly size: number;
}

/** [batch, heads, length, size] as it is, or unpacked from [batch, length, heads·size]. */
function headsOf(node: GraphNode, shape: readonly number[], attribute: string): Heads {
  if (shape.length === 4) return { batch: shape[0]!, heads: shape[1]!, length: shape[2]!, size: shape[3]! };
  const heads = integer(node, attribute, 0);
  if (shape.length !== 3 || heads < 1 || shape[2]! % heads !== 0) {
    fail(node, `${shapeText(shape)} does not divide into ${heads} heads (${attribute})`);
  }
  return { batch: shape[0]!, heads, length: shape[1]!, size: shape[2]! / heads };
}

const attention: Rule = (node, inputs) => {
  const query = required(node, inputs, 0);
  const q = headsOf(node, query.shape, "q_num_heads");
  const k = headsOf(node, required(node, inputs, 1).shape, "kv_num_heads");
  const v = headsOf(node, required(node, inputs, 2).shape, "kv_num_heads");
  if (q.size !== k.size) fail(node, `query heads of ${q.size} and key heads of ${k.size}`);
  const { type } = query;
  const total = k.length + (inputs[4]?.shape[2] ?? 0);
  const shape = query.shape.length === 4 ? [q.batch, q.heads, q.length, v.size] : [q.batch, q.length, q.heads * v.size];
  const results: Inferred[] = [
    { shape, type },
    { shape: [k.batch, k.heads, total, k.size], type },
    { shape: [v.batch, v.heads, total, v.size], type },
    { shape: [q.batch, q.heads, q.length, total], type },
  ];
  return results.slice(0, node.outputs.length);
};

/** RNN, GRU and LSTM: all states, the last state, the last cell. */
const recurrent: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const weights = required(node, inputs, 2);
  if (x.shape.length !== 3 || weights.shape.length !== 3) fail(node, `input ${shapeText(x.shape)} is not of rank 3`);
  const size = integer(node, "hidden_size", weights.shape[2]!);
  const directions = text(node, "direction", "forward") === "bidirectional" ? 2 : 1;
  const batchFirst = integer(node, "layout", 0) === 1;
  const [steps, batch] = batchFirst ? [x.shape[1]!, x.shape[0]!] : [x.shape[0]!, x.shape[1]!];
  const all = batchFirst ? [batch, steps, directions, size] : [steps, directions, batch, size];
  const last = batchFirst ? [batch, directions, size] : [directions, batch, size];
  return node.outputs.map((_, i) => ({ shape: i === 0 ? all : last, type: x.type }));
};

export const attentionRules: RuleTable = {
  Attention: attention,
  GRU: recurrent,
  LSTM: recurrent,
  RNN: recurrent,
  RotaryEmbedding: likeFirst,
};
