/** Attention as one node of the model: with a cache of keys and values, or with the projections in it. */
import { choice, defineKernelType, option, size } from "../define.js";
import { flag } from "../sizes.js";

interface Cached {
  readonly batch: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly queries: number;
  readonly past: number;
  readonly headDim: number;
}
/** ONNX Runtime 1.30 refuses these. */
const isBatchedPrefill = (c: Cached & { readonly form: string }) =>
  c.form === "group-query" && c.batch > 1 && c.queries > 1 && c.past > 0;
const keysOf = (c: Cached) => c.past + c.queries;
const cacheOf = (c: Cached) => c.batch * c.kvHeads * keysOf(c) * c.headDim;
/** Values that the graph has to know are carried up to this number of elements. */
const mostKnown = 4096;

export const attentionCached = defineKernelType({
  name: "attention-cached",
  summary: "Attention of `queries` new tokens on `past` ones kept and themselves: decoder steps, prefill (past 0).",
  fields: {
    form: choice("group-query", "multi-head"),
    batch: option(1, mostKnown),
    heads: size(8, 1024),
    kvHeads: size(2, 1024),
    queries: option(1, 1 << 18),
    past: size(512, 1 << 18, 0),
    headDim: size(64, 1024),
  },
  invalid(c) {
    if (c.heads % c.kvHeads !== 0) return `heads ${c.heads} are no multiple of kvHeads ${c.kvHeads}`;
    if (c.headDim % 8 !== 0) return `headDim ${c.headDim} is no multiple of 8`;
    if (isBatchedPrefill(c)) return "group-query takes several queries of a batch only where nothing is kept";
    return c.form === "multi-head" && c.kvHeads !== c.heads ? "multi-head has as many kvHeads as heads" : undefined;
  },
  repair(c) {
    const kvHeads = c.form === "multi-head" || c.heads % c.kvHeads !== 0 ? c.heads : c.kvHeads;
    return {
      ...c,
      kvHeads,
      batch: isBatchedPrefill(c) ? 1 : c.batch,
      headDim: Math.max(8, c.headDim - (c.headDim % 8)),
    };
  },
  flops: (c) => c.batch * c.heads * c.queries * keysOf(c) * (4 * c.headDim + 5),
  elements: (c) => ({
    input: c.batch * c.queries * c.headDim * (c.heads + 2 * c.kvHeads) + 2 * c.batch * c.kvHeads * c.past * c.headDim,
    output: c.batch * c.queries * c.heads * c.headDim + 2 * cacheOf(c),
  }),
  derived: {
    "log keys": (c) => Math.log(keysOf(c)),
    "log scores": (c) => Math.log(c.batch * c.heads * c.queries * keysOf(c)),
    "log cache": (c) => Math.log(cacheOf(c)),
    "is one query": (c) => flag(c.queries === 1),
    "has past": (c) => flag(c.past > 0),
  },
  build(b, c) {
    const rows = (name: string, heads: number) => b.input(name, [c.batch, c.queries, heads * c.headDim]);
    const kept = (name: string) => b.input(name, [c.batch, c.kvHeads, c.past, c.headDim]);
    const q = rows("q", c.heads);
    const [k, v] = [rows("k", c.kvHeads), rows("v", c.kvHeads)];
    const past = c.past > 0 ? [kept("past_k"), kept("past_v")] : ["", ""];
    if (c.form === "multi-head")
      return b.nodes("com.microsoft:MultiHeadAttention", [q, k, v, "", "", "", ...past], 3, { num_heads: c.heads });
    const lengths = b.constant([c.batch], new Int32Array(c.batch).fill(keysOf(c) - 1), "int32");
    const total = b.constant([], Int32Array.of(keysOf(c)), "int32");
    return b.nodes("com.microsoft:GroupQueryAttention", [q, k, v, ...past, lengths, total], 3, {
      num_heads: c.heads,
      kv_num_heads: c.kvHeads,
    });
  },
});

export const attentionProjected = defineKernelType({
  name: "attention-projected",
  summary: "The projections to queries, keys and values, and the attention, in one node (BERT as optimised).",
  fields: {
    batch: option(1, 4096),
    tokens: size(128, 1 << 16),
    input: size(256),
    heads: size(4, 1024),
    headDim: size(64, 1024),
  },
  flops(c) {
    const hidden = c.heads * c.headDim;
    return 6 * c.batch * c.tokens * c.input * hidden + c.batch * c.heads * c.tokens ** 2 * (4 * c.headDim + 5);
  },
  params: (c) => 3 * c.heads * c.headDim * (c.input + 1),
  elements: (c) => ({ input: c.batch * c.tokens * c.input, output: c.batch * c.tokens * c.heads * c.headDim }),
  derived: {
    "log scores": (c) => Math.log(c.batch * c.heads * c.tokens ** 2),
    "log product": (c) => Math.log(c.batch * c.tokens * c.input * c.heads * c.headDim),
  },
  build(b, c) {
    const hidden = c.heads * c.headDim;
    const x = b.input("x", [c.batch, c.tokens, c.input]);
    return b.node("com.microsoft:Attention", [x, b.constant([c.input, 3 * hidden]), b.constant([3 * hidden])], {
      num_heads: c.heads,
    });
  },
});
