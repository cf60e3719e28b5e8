/** Matrix products: with constant weights (fc), between run-time tensors (matmul), and attention fused into one kernel. */
import { activationNames, attend, fc } from "../../graph/index.js";
import { type Columns, choice, defineKernelType, option, size } from "../define.js";
import { flag, roundUpLog } from "../sizes.js";

const [none, ...others] = activationNames;

/**
 * m × k times k × n. Whether rows are whole fours decides between two implementations of NCNN, which packs them: dense layers of 196 rows run
 * at 52 to 64 GFLOP/s, of 49 at 25 to 31 (an EPYC); without that the sampled AutoFormers of 197 rows came out 35 % low.
 */
const productDerived = <C>(m: (c: C) => number, k: (c: C) => number, n: (c: C) => number): Columns<C> => ({
  "8/rows": (c) => 8 / m(c),
  "8/depth": (c) => 8 / k(c),
  "8/columns": (c) => 8 / n(c),
  "is one row": (c) => flag(m(c) === 1),
  "rows not by 4": (c) => flag(m(c) % 4 !== 0),
  "rows up to 4": (c) => roundUpLog(m(c), 4),
  "rows up to 12": (c) => roundUpLog(m(c), 12),
  "rows up to 64": (c) => roundUpLog(m(c), 64),
  "depth up to 16": (c) => roundUpLog(k(c), 16),
  "depth up to 64": (c) => roundUpLog(k(c), 64),
  "columns up to 16": (c) => roundUpLog(n(c), 16),
  "columns up to 32": (c) => roundUpLog(n(c), 32),
  "columns up to 64": (c) => roundUpLog(n(c), 64),
});

export const fullyConnected = defineKernelType({
  name: "fc",
  summary: "Matrix product with constant weights (Gemm, or MatMul and Add), activation where fused.",
  fields: {
    rows: size(1, 1 << 22),
    cin: size(1280, 1 << 20),
    cout: size(1000, 1 << 20),
    bias: choice("yes", "no"),
    activation: choice(none, ...others),
  },
  flops: (c) => 2 * c.rows * c.cin * c.cout,
  params: (c) => c.cin * c.cout + (c.bias === "yes" ? c.cout : 0),
  elements: (c) => ({ input: c.rows * c.cin, output: c.rows * c.cout }),
  derived: productDerived<{ rows: number; cin: number; cout: number }>(
    (c) => c.rows,
    (c) => c.cin,
    (c) => c.cout,
  ),
  build: (b, c) => fc(b, b.input("x", [c.rows, c.cin]), c.cout, { bias: c.bias === "yes", activation: c.activation }),
});

export const matmul = defineKernelType({
  name: "matmul",
  summary: "Product of two run-time tensors: batch × (m × k times k × n).",
  fields: {
    batch: option(1, 1 << 20),
    m: size(197, 1 << 20),
    k: size(64, 1 << 20),
    n: size(197, 1 << 20),
  },
  flops: (c) => 2 * c.batch * c.m * c.k * c.n,
  elements: (c) => ({ input: c.batch * (c.m * c.k + c.k * c.n), output: c.batch * c.m * c.n }),
  derived: {
    ...productDerived<{ m: number; k: number; n: number }>(
      (c) => c.m,
      (c) => c.k,
      (c) => c.n,
    ),
    "log product": (c) => Math.log(c.m * c.k * c.n),
  },
  build: (b, c) => b.node("MatMul", [b.input("x", [c.batch, c.m, c.k]), b.input("y", [c.batch, c.k, c.n])]),
});

export const attention = defineKernelType({
  name: "attention",
  summary: "softmax(q · kᵀ) · v of all heads as one kernel, for engines that fuse it.",
  fields: {
    batch: option(1, 4096),
    heads: size(3, 1024),
    queries: size(197, 1 << 18),
    keys: size(197, 1 << 18),
    headDim: size(64, 4096),
    valueDim: size(64, 4096),
    mask: choice("none", "add"),
  },
  flops: (c) => c.batch * c.heads * c.queries * c.keys * (2 * c.headDim + 2 * c.valueDim + 1),
  elements: (c) => ({
    input: c.batch * c.heads * (c.queries * c.headDim + c.keys * (c.headDim + c.valueDim)),
    output: c.batch * c.heads * c.queries * c.valueDim,
  }),
  derived: {
    ...productDerived<{ queries: number; headDim: number; keys: number }>(
      (c) => c.queries,
      (c) => c.headDim,
      (c) => c.keys,
    ),
    "log scores": (c) => Math.log(c.batch * c.heads * c.queries * c.keys),
    "values up to 16": (c) => roundUpLog(c.valueDim, 16),
  },
  build(b, c) {
    const tensor = (name: string, rows: number, columns: number) => b.input(name, [c.batch, c.heads, rows, columns]);
    const q = tensor("q", c.queries, c.headDim);
    const k = tensor("k", c.headDim, c.keys);
    const v = tensor("v", c.keys, c.valueDim);
    if (c.mask === "none") return attend(b, q, k, v);
    return attend(b, q, k, v, b.input("mask", [1, 1, c.queries, c.keys]));
  },
});
