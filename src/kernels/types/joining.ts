/** Kernels that join, cut and pick. Tensors are outer × inner: the axis in question and all axes behind it are `inner`. */
import { integers, slice as sliceLayer } from "../../graph/index.js";
import { type Columns, choice, defineKernelType, option, size } from "../define.js";
import { flag } from "../sizes.js";

/** `total` cut into `parts` as evenly as possible, the larger ones first. */
function evenParts(total: number, parts: number): number[] {
  const [least, rest] = [Math.floor(total / parts), total % parts];
  return Array.from({ length: parts }, (_, i) => least + (i < rest ? 1 : 0));
}

const invalid = (c: { parts: number; inner: number }) =>
  c.parts <= c.inner ? undefined : `${c.inner} elements do not make ${c.parts} parts`;
const repair = <C extends { parts: number; inner: number }>(c: C): C => ({ ...c, inner: Math.max(c.inner, c.parts) });

type Parted = { readonly parts: number; readonly outer: number; readonly inner: number };

const derived: Columns<Parted> = {
  "log part": (c) => Math.log(c.inner / c.parts),
  "log pieces": (c) => Math.log(c.outer * c.parts),
  "is one block": (c) => flag(c.outer === 1),
};

/** Of a tensor that is joined of parts, or cut into them. */
const parted = {
  fields: { parts: size(2, 1024), outer: option(1, 1 << 26), inner: size(100352, 1 << 30) },
  invalid,
  repair,
  flops: (c: Parted) => c.outer * c.inner,
  elements: (c: Parted) => ({ input: c.outer * c.inner, output: c.outer * c.inner }),
  derived,
};

export const concat = defineKernelType({
  name: "concat",
  summary: "`parts` tensors joined; `inner` is the length of the result per outer index.",
  ...parted,
  build: (b, c) =>
    b.node(
      "Concat",
      evenParts(c.inner, c.parts).map((length, i) => b.input(`x${i}`, [c.outer, length])),
      { axis: 1 },
    ),
});

export const split = defineKernelType({
  name: "split",
  summary: "A tensor cut into `parts`; `inner` is its length per outer index.",
  ...parted,
  build: (b, c) =>
    b.nodes("Split", [b.input("x", [c.outer, c.inner]), integers(b, evenParts(c.inner, c.parts))], c.parts, {
      axis: 1,
    }),
});

export const slice = defineKernelType({
  name: "slice",
  summary: "Every `step`-th of `from` entries of an axis kept, `to` in all, each `inner` elements.",
  fields: {
    outer: option(1, 1 << 26),
    from: size(64, 1 << 26),
    to: size(32, 1 << 26),
    inner: option(1, 1 << 26),
    step: option(1, 4096),
  },
  invalid: (c) => ((c.to - 1) * c.step < c.from ? undefined : `${c.to} entries at step ${c.step} exceed ${c.from}`),
  repair: (c) => ({ ...c, to: Math.min(c.to, Math.ceil(c.from / c.step)) }),
  flops: (c) => c.outer * c.to * c.inner,
  elements: (c) => ({ input: c.outer * c.to * c.inner, output: c.outer * c.to * c.inner }),
  derived: {
    "log run": (c) => Math.log(c.step === 1 ? c.to * c.inner : c.inner),
    "log runs": (c) => Math.log(c.outer * (c.step === 1 ? 1 : c.to)),
    "is strided": (c) => flag(c.step > 1),
  },
  build: (b, c) => sliceLayer(b, b.input("x", [c.outer, c.from, c.inner]), 1, 0, (c.to - 1) * c.step + 1, c.step),
});

export const gather = defineKernelType({
  name: "gather",
  summary: "`indices` of `from` entries of an axis picked, each `inner` elements: embeddings, attention biases.",
  fields: {
    outer: option(1, 1 << 26),
    from: size(1000, 1 << 26),
    indices: size(128, 1 << 26),
    inner: option(1, 1 << 26),
    form: choice("rows", "elements"),
  },
  flops: (c) => c.outer * c.indices * c.inner,
  elements: (c) => ({ input: c.outer * c.indices * c.inner + c.indices, output: c.outer * c.indices * c.inner }),
  derived: { "log run": (c) => Math.log(c.inner), "log runs": (c) => Math.log(c.outer * c.indices) },
  build(b, c) {
    const x = b.input("x", [c.outer, c.from, c.inner]);
    // One row, as of the class token, is known beforehand; some engines take no indices that are computed.
    const one = () => b.constant([1], [0], "int64");
    if (c.form === "rows")
      return b.node("Gather", [x, c.indices === 1 ? one() : b.input("indices", [c.indices], "int64")], { axis: 1 });
    const indices = b.input("indices", [c.outer, c.indices, c.inner], "int64");
    return b.node("GatherElements", [x, indices], { axis: 1 });
  },
});
