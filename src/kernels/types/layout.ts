/** Kernels that move, repeat or resample elements. */
import { conv, type GraphBuilder, integers, maxPool, resize as resizeLayer } from "../../graph/index.js";
import { choice, defineKernelType, option, size } from "../define.js";
import { crowding, flag, greatestCommonDivisor, roundUpLog } from "../sizes.js";
import { expandOrReduce } from "./memory-bound.js";

/** Operations for each output of an image: weights, reads, products. */
export const resamplingPerOutput = { nearest: 1, linear: 7, cubic: 31 } as const;

/**
 * Places between two input pixels where outputs lie, along both axes: one for a whole factor's every output, all of them for 240 to 224.
 * ONNX Runtime's cubic loops keep what they computed for each such place.
 */
export const phases = (c: Readonly<Record<"h" | "w" | "outH" | "outW", number>>): number =>
  (c.outH / greatestCommonDivisor(c.h, c.outH)) * (c.outW / greatestCommonDivisor(c.w, c.outW));

export const resize = defineKernelType({
  name: "resize",
  summary: "An image resampled to outH × outW.",
  fields: {
    c: size(64, 1 << 20),
    h: size(28, 8192),
    w: size(28, 8192),
    outH: size(56, 8192),
    outW: size(56, 8192),
    mode: choice("nearest", "linear", "cubic"),
  },
  flops: (c) => resamplingPerOutput[c.mode] * c.c * c.outH * c.outW,
  elements: (c) => ({ input: c.c * c.h * c.w, output: c.c * c.outH * c.outW }),
  derived: {
    "log output pixels": (c) => Math.log(c.outH * c.outW),
    "log scale": (c) => Math.log((c.outH * c.outW) / (c.h * c.w)),
    "is doubled": (c) => flag(c.outH === 2 * c.h && c.outW === 2 * c.w),
    "is unchanged": (c) => flag(c.outH === c.h && c.outW === c.w),
    "log phases": (c) => Math.log(phases(c)),
    "c up to 16": (c) => roundUpLog(c.c, 16),
  },
  build: (b, c) => resizeLayer(b, b.input("x", [1, c.c, c.h, c.w]), c.outH, c.outW, c.mode),
});

export const pad = defineKernelType({
  name: "pad",
  summary: "An image extended by padH rows and padW columns (both sides together) and padC channels.",
  fields: {
    c: option(1, 1 << 26),
    h: size(56, 1 << 20),
    w: size(56, 1 << 20),
    padC: option(0, 1 << 20, 0),
    padH: size(2, 8192, 0),
    padW: size(2, 8192, 0),
    mode: choice("constant", "reflect", "edge"),
  },
  invalid(c) {
    if (c.padC + c.padH + c.padW === 0) return "nothing is padded";
    return c.mode === "reflect" && !isInside(c) ? "a reflected border must be narrower than the image" : undefined;
  },
  repair(c) {
    const padH = c.padC + c.padH + c.padW === 0 ? 1 : c.padH;
    return { ...c, padH, mode: c.mode === "reflect" && !isInside({ ...c, padH }) ? "edge" : c.mode };
  },
  flops: (c) => (c.c + c.padC) * (c.h + c.padH) * (c.w + c.padW),
  elements: (c) => ({ input: c.c * c.h * c.w, output: (c.c + c.padC) * (c.h + c.padH) * (c.w + c.padW) }),
  derived: {
    "log rows": (c) => Math.log(c.c * c.h),
    "pads channels only": (c) => flag(c.padH === 0 && c.padW === 0),
  },
  build(b, c) {
    const amounts = [0, c.padC, c.padH, c.padW];
    const begins = amounts.map((amount) => Math.floor(amount / 2));
    const ends = amounts.map((amount) => Math.ceil(amount / 2));
    return b.node("Pad", [b.input("x", [1, c.c, c.h, c.w]), integers(b, [...begins, ...ends])], { mode: c.mode });
  },
});

/** Whether every border is narrower than the axis that it mirrors. */
const isInside = (c: { c: number; h: number; w: number; padC: number; padH: number; padW: number }) =>
  Math.ceil(c.padC / 2) < c.c && Math.ceil(c.padH / 2) < c.h && Math.ceil(c.padW / 2) < c.w;

/** Permutations of up to five axes in which no two neighbours stay neighbours in order: the others merge into these. */
const permutations: string[] = [];
for (let rank = 2; rank <= 5; rank++) extend("", rank);

function extend(prefix: string, rank: number): void {
  if (prefix.length === rank) permutations.push(prefix);
  for (let axis = 0; axis < rank && prefix.length < rank; axis++) {
    const last = prefix.length > 0 ? Number(prefix.at(-1)) : -2;
    if (!prefix.includes(String(axis)) && axis !== last + 1) extend(prefix + axis, rank);
  }
}

const transposeDims = ["d0", "d1", "d2", "d3", "d4"] as const;
type Dims = Readonly<Record<(typeof transposeDims)[number], number>>;
const volume = (c: Dims) => c.d0 * c.d1 * c.d2 * c.d3 * c.d4;

const keepsLast = (perm: string) => perm.at(-1) === String(perm.length - 1);
/** Elements that stay together. */
const blockLength = (c: Dims & { perm: string }) => (keepsLast(c.perm) ? c[transposeDims[c.perm.length - 1]!] : 1);

/** Elements between neighbours along an axis, where the axes lie in this order. */
function stride(c: Dims, order: readonly number[], axis: number): number {
  let product = 1;
  for (const inner of order.slice(order.indexOf(axis) + 1)) product *= c[transposeDims[inner]!];
  return product;
}

const axesOf = (perm: string) => [...perm].map(Number);
const inOrder = (perm: string) => axesOf(perm).sort((a, b) => a - b);

/** All axes but one stay in order: engines move whole runs then. */
const movesOne = (perm: string) =>
  axesOf(perm).some((moved) => {
    const others = axesOf(perm).filter((axis) => axis !== moved);
    return others.every((axis, i) => i === 0 || axis > others[i - 1]!);
  });

/** Runs of the last axis, runs along the axis that moves, or one element after the other: ONNX Runtime has a loop for each. */
const wayOf = (perm: string): string => (keepsLast(perm) ? "blocks" : movesOne(perm) ? "one axis" : "one by one");

export const transpose = defineKernelType({
  name: "transpose",
  summary: "Axes permuted, in canonical form: no axis of length 1, axes that stay neighbours in order merged.",
  fields: {
    perm: { ...choice(...(permutations as [string, ...string[]])), kindOf: wayOf },
    d0: size(196, 1 << 26),
    d1: size(192, 1 << 26),
    d2: option(1, 1 << 26),
    d3: option(1, 1 << 26),
    d4: option(1, 1 << 26),
  },
  invalid: (c) =>
    transposeDims.some((dim, axis) => axis >= c.perm.length && c[dim] !== 1)
      ? `perm ${c.perm} has ${c.perm.length} axes, the others must be 1`
      : undefined,
  repair: (c) => ({
    ...c,
    ...Object.fromEntries(transposeDims.slice(c.perm.length).map((dim) => [dim, 1])),
  }),
  flops: volume,
  elements: (c) => ({ input: volume(c), output: volume(c) }),
  derived: {
    "log elements": (c) => Math.log(volume(c)),
    "log block": (c) => Math.log(blockLength(c)),
    "log blocks": (c) => Math.log(volume(c) / blockLength(c)),
    "keeps last axis": (c) => flag(keepsLast(c.perm)),
    "moves one axis": (c) => flag(movesOne(c.perm)),
    // ONNX Runtime: 4.4 ns an element, whatever the axes.
    "moves one by one": (c) => flag(wayOf(c.perm) === "one by one"),
    "log read stride": (c) => Math.log(stride(c, inOrder(c.perm), Number(c.perm.at(-1)))),
    "log written stride": (c) => Math.log(stride(c, axesOf(c.perm), c.perm.length - 1)),
    "log written run": (c) => Math.log(c[transposeDims[Number(c.perm.at(-1))]!]),
    "log read crowding": (c) =>
      crowding(c[transposeDims[Number(c.perm.at(-1))]!], stride(c, inOrder(c.perm), Number(c.perm.at(-1)))),
    "log written crowding": (c) =>
      crowding(c[transposeDims[c.perm.length - 1]!], stride(c, axesOf(c.perm), c.perm.length - 1)),
    "log read run": (c) => Math.log(c[transposeDims[c.perm.length - 1]!]),
    rank: (c) => c.perm.length,
  },
  build(b, c) {
    const perm = [...c.perm].map(Number);
    return b.node(
      "Transpose",
      [
        b.input(
          "x",
          transposeDims.slice(0, perm.length).map((dim) => c[dim]),
        ),
      ],
      { perm },
    );
  },
});

/**
 * The canonical form of a transpose; undefined where it moves nothing (a reshape). Of more than five axes after merging
 * the outermost ones of the result leave the order, and their volume goes to `d0`.
 */
export function transposeFields(
  shape: readonly number[],
  perm: readonly number[],
): (Dims & { perm: string }) | undefined {
  const runs = mergedAxes(shape, perm);
  if (runs.length < 2) return undefined;
  const outermost = runs.splice(0, runs.length - transposeDims.length);
  const sorted = [...runs].sort((a, b) => a.from - b.from);
  const dims = sorted.map((run) => run.length);
  dims[0]! *= outermost.reduce((product, run) => product * run.length, 1);
  const order = runs.map((run) => sorted.indexOf(run));
  if (outermost.length > 0) return transposeFields(dims, order);
  const [d0 = 1, d1 = 1, d2 = 1, d3 = 1, d4 = 1] = dims;
  return { perm: order.join(""), d0, d1, d2, d3, d4 };
}

/** Axes in the order of the result, without those of length 1, neighbours that stay neighbours merged. */
function mergedAxes(shape: readonly number[], perm: readonly number[]) {
  const runs: { from: number; length: number; last: number }[] = [];
  for (const axis of perm) {
    if (shape[axis] === 1) continue;
    const previous = runs.at(-1);
    if (previous !== undefined && isNext(shape, previous.last, axis)) {
      previous.length *= shape[axis]!;
      previous.last = axis;
    } else runs.push({ from: axis, length: shape[axis]!, last: axis });
  }
  return runs;
}

/** Whether only axes of length 1 lie between the two. */
function isNext(shape: readonly number[], axis: number, next: number): boolean {
  if (next <= axis) return false;
  for (let between = axis + 1; between < next; between++) if (shape[between] !== 1) return false;
  return true;
}

export const copy = defineKernelType({
  name: "copy",
  summary: "Reshape, expand or tile that really copies: elements in and out.",
  fields: { input: size(150528, 1 << 30), output: size(150528, 1 << 30) },
  invalid: (c) => (c.output % c.input === 0 ? undefined : `output ${c.output} is no multiple of input ${c.input}`),
  repair: (c) => ({ ...c, output: Math.max(1, Math.floor(Math.min(c.output, 1 << 30) / c.input)) * c.input }),
  flops: (c) => c.output,
  elements: (c) => ({ input: c.input, output: c.output }),
  build: (b, c) => expandOrReduce(b, c.input, c.output),
});

export const reorder = defineKernelType({
  name: "reorder",
  summary: "ONNX Runtime's change between NCHW and its blocked NCHWc layout.",
  fields: {
    direction: choice("to-nchwc", "to-nchw"),
    batch: option(1, 4096),
    c: size(64),
    h: size(56, 8192),
    w: size(56, 8192),
  },
  flops: (c) => c.batch * c.c * c.h * c.w,
  elements: (c) => ({ input: c.batch * c.c * c.h * c.w, output: c.batch * c.c * c.h * c.w }),
  derived: {
    "log pixels": (c) => Math.log(c.h * c.w),
    "c up to 8": (c) => roundUpLog(c.c, 8),
    "c up to 16": (c) => roundUpLog(c.c, 16),
    "pixels up to 16": (c) => roundUpLog(c.h * c.w, 16),
    "log crowding": (c) => crowding(16, c.h * c.w),
  },
  build: (b, c) => buildReorder(b, c),
});

/** A kernel that ONNX Runtime runs in the blocked layout, so that it puts reorders before and after. */
function buildReorder(b: GraphBuilder, c: { direction: string; batch: number; c: number; h: number; w: number }) {
  if (c.c % 16 === 0) return maxPool(b, b.input("x", [c.batch, c.c, c.h, c.w]), { kernel: 1, stride: 1 });
  const [cin, cout] = c.direction === "to-nchwc" ? [c.c, 16] : [16, c.c];
  return conv(b, b.input("x", [c.batch, cin, c.h, c.w]), { cout, kernel: 1 });
}

export const depthToSpace = defineKernelType({
  name: "depth-to-space",
  summary: "Channels to pixels, or back.",
  fields: {
    direction: choice("depth-to-space", "space-to-depth"),
    batch: option(1, 4096),
    c: size(64),
    h: size(56, 8192),
    w: size(56, 8192),
    block: size(2, 64),
  },
  invalid(c) {
    if (c.direction === "depth-to-space")
      return c.c % c.block ** 2 === 0 ? undefined : `c ${c.c} is no multiple of ${c.block}²`;
    return c.h % c.block === 0 && c.w % c.block === 0 ? undefined : `${c.h}×${c.w} is no multiple of ${c.block}`;
  },
  repair(c) {
    const up = (length: number, unit: number) => Math.ceil(length / unit) * unit;
    if (c.direction === "depth-to-space") return { ...c, c: up(c.c, c.block ** 2) };
    return { ...c, h: up(c.h, c.block), w: up(c.w, c.block) };
  },
  flops: (c) => c.batch * c.c * c.h * c.w,
  elements: (c) => ({ input: c.batch * c.c * c.h * c.w, output: c.batch * c.c * c.h * c.w }),
  build(b, c) {
    const x = b.input("x", [c.batch, c.c, c.h, c.w]);
    if (c.direction === "space-to-depth") return b.node("SpaceToDepth", [x], { blocksize: c.block });
    return b.node("DepthToSpace", [x], { blocksize: c.block, mode: "DCR" });
  },
});
