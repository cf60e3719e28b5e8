/** Matrix products in other forms: weights of a few bits, and the letters of Einsum. */
import { choice, defineKernelType, option, size } from "../define.js";
import { flag, roundUpLog } from "../sizes.js";

export const matmulNbits = defineKernelType({
  name: "matmul-nbits",
  summary: "Matrix product with weights of `bits` bits, a scale for each `block` of them (language models).",
  fields: {
    rows: size(1, 1 << 22),
    cin: size(1024, 1 << 17),
    cout: size(1024, 1 << 18),
    bits: { ...option(4, 8, 2), default: 4 },
    block: { ...option(32, 256, 16), default: 32 },
    // What products are computed in: activations made 8-bit integers too take a third of the time.
    accuracy: choice("float", "int8"),
  },
  invalid(c) {
    if (c.bits !== 2 && c.bits !== 4 && c.bits !== 8) return `bits ${c.bits} is none of 2, 4, 8`;
    if (![16, 32, 64, 128, 256].includes(c.block)) return `block ${c.block} is none of 16, 32, 64, 128, 256`;
    return c.cin % c.block === 0 ? undefined : `cin ${c.cin} is no multiple of block ${c.block}`;
  },
  repair(c) {
    const block = 2 ** Math.min(8, Math.max(4, Math.round(Math.log2(c.block))));
    const bits = c.bits > 5 ? 8 : c.bits < 3 ? 2 : 4;
    return { ...c, bits, block, cin: Math.max(1, Math.round(c.cin / block)) * block };
  },
  flops: (c) => 2 * c.rows * c.cin * c.cout,
  params: (c) => weightBytes(c) + (c.cin / c.block) * c.cout,
  elements: (c) => ({
    input: c.rows * c.cin,
    output: c.rows * c.cout,
    // In elements of four bytes.
    weight: weightBytes(c) / 4 + (c.cin / c.block) * c.cout,
  }),
  derived: {
    "is one row": (c) => flag(c.rows === 1),
    "8/rows": (c) => 8 / c.rows,
    "rows up to 4": (c) => roundUpLog(c.rows, 4),
    "columns up to 16": (c) => roundUpLog(c.cout, 16),
  },
  build(b, c) {
    const blocks = c.cin / c.block;
    const inputs = [
      b.input("x", [c.rows, c.cin]),
      b.constant([c.cout, blocks, (c.block * c.bits) / 8], undefined, "uint8"),
      b.constant([c.cout * blocks]),
    ];
    const attributes = { K: c.cin, N: c.cout, bits: c.bits, block_size: c.block };
    const accuracy_level = c.accuracy === "int8" ? 4 : 0;
    return b.node("com.microsoft:MatMulNBits", inputs, { ...attributes, accuracy_level });
  },
});

const weightBytes = (c: { cin: number; cout: number; bits: number }) => (c.cin * c.cout * c.bits) / 8;

export const einsum = defineKernelType({
  name: "einsum",
  summary: "Einsum of two operands as the matrix product it is; `moved` of them and of the result are permuted for it.",
  fields: {
    batch: option(1, 1 << 20),
    m: size(128, 1 << 20),
    k: size(64, 1 << 20),
    n: size(128, 1 << 20),
    moved: option(0, 3, 0),
  },
  flops: (c) => 2 * c.batch * c.m * c.k * c.n,
  elements: (c) => ({ input: c.batch * (c.m * c.k + c.k * c.n), output: c.batch * c.m * c.n }),
  derived: {
    "log product": (c) => Math.log(c.m * c.k * c.n),
    "depth up to 16": (c) => roundUpLog(c.k, 16),
    "columns up to 16": (c) => roundUpLog(c.n, 16),
    "is one row": (c) => flag(c.m === 1),
  },
  build(b, c) {
    const [left, right, result] = [c.moved > 0, c.moved > 1, c.moved > 2];
    const x = b.input("x", left ? [c.m, c.batch, c.k] : [c.batch, c.m, c.k]);
    const y = b.input("y", right ? [c.n, c.batch, c.k] : [c.batch, c.k, c.n]);
    const letters = `${left ? "mbk" : "bmk"},${right ? "nbk" : "bkn"}->${result ? "mbn" : "bmn"}`;
    return b.node("Einsum", [x, y], { equation: letters });
  },
});
