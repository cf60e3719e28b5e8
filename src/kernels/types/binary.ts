/**
 * Element-wise kernels of two inputs. The larger operand is c × h × w; `broadcast` says which of these axes the other
 * one has: `none` all, `scalar` none, `channel` c (the N×C×1×1 of squeeze-and-excite), `inner` w (a bias over the last
 * axis; axes in front merged into h), `middle` h, `outer-inner` c and w. `both`: each operand is broadcast.
 */
import type { GraphBuilder } from "../../graph/index.js";
import { type Columns, choice, defineKernelType, option, size } from "../define.js";
import { flag, roundUpLog } from "../sizes.js";

const broadcasts = ["none", "scalar", "channel", "inner", "middle", "outer-inner", "both"] as const;
export type Broadcast = (typeof broadcasts)[number];

interface Operands {
  readonly c: number;
  readonly h: number;
  readonly w: number;
  readonly broadcast: Broadcast;
}

const fields = {
  c: { ...option(1, 1 << 26), example: 64 },
  h: size(56, 1 << 26),
  w: size(56, 1 << 26),
  broadcast: choice(...broadcasts),
};

const total = (c: Operands) => c.c * c.h * c.w;

function shapes({ c, h, w, broadcast }: Operands): [first: number[], second: number[]] {
  const full = [1, c, h, w];
  switch (broadcast) {
    case "none":
      return [full, full];
    case "scalar":
      return [full, [1]];
    case "channel":
      return [full, [1, c, 1, 1]];
    case "inner":
      return [full, [w]];
    case "middle":
      return [full, [1, 1, h, 1]];
    case "outer-inner":
      return [full, [1, c, 1, w]];
    case "both":
      return [
        [1, c, h, 1],
        [1, c, 1, w],
      ];
    default:
      return broadcast satisfies never;
  }
}

function count(shape: readonly number[]): number {
  let product = 1;
  for (let axis = 0; axis < shape.length; axis++) product *= shape[axis]!;
  return product;
}

const elements = (c: Operands) => {
  const [first, second] = shapes(c);
  return { input: count(first) + count(second), output: total(c) };
};

const derived: Columns<Operands> = {
  "log elements": (c) => Math.log(total(c)),
  "log run": (c) => Math.log(runLength(c)),
  "c up to 16": (c) => roundUpLog(c.c, 16),
  "is small": (c) => flag(total(c) < 4096),
};

/** Elements that one element, or one unbroken run, of the second operand meets. */
function runLength({ c, h, w, broadcast }: Operands): number {
  if (broadcast === "channel") return h * w;
  return broadcast === "none" || broadcast === "scalar" ? c * h * w : w;
}

const inputs = (b: GraphBuilder, c: Operands): string[] => {
  const [first, second] = shapes(c);
  return [b.input("x", first), b.input("y", second)];
};

export const add = defineKernelType({
  name: "add",
  summary: "Element-wise sum.",
  fields,
  flops: total,
  elements,
  derived,
  build: (b, c) => b.node("Add", inputs(b, c)),
});

export const addRelu = defineKernelType({
  name: "add-relu",
  summary: "Element-wise sum and ReLU in one kernel.",
  fields,
  flops: (c) => 2 * total(c),
  elements,
  derived,
  build: (b, c) => b.node("Relu", [b.node("Add", inputs(b, c))]),
});

export const mul = defineKernelType({
  name: "mul",
  summary: "Element-wise product.",
  fields,
  flops: total,
  elements,
  derived,
  build: (b, c) => b.node("Mul", inputs(b, c)),
});

/** ONNX operator of each choice; `where` has a third input, of booleans. */
const operators = {
  sub: "Sub",
  div: "Div",
  pow: "Pow",
  min: "Min",
  max: "Max",
  mean: "Mean",
  sum: "Sum",
  mod: "Mod",
  equal: "Equal",
  less: "Less",
  greater: "Greater",
  and: "And",
  or: "Or",
  xor: "Xor",
  where: "Where",
  prelu: "PRelu",
} as const;
type BinaryOperator = keyof typeof operators;
const isLogical = (operator: BinaryOperator) => operator === "and" || operator === "or" || operator === "xor";

export const elementwise = defineKernelType({
  name: "elementwise",
  summary: "Any other element-wise kernel of two inputs (`where`: and a condition).",
  fields: { operator: choice(...(Object.keys(operators) as [BinaryOperator, ...BinaryOperator[]])), ...fields },
  invalid: (c) =>
    c.operator === "prelu" && c.broadcast === "both" ? "the slope of prelu alone is broadcast" : undefined,
  repair: (c) => (c.operator === "prelu" && c.broadcast === "both" ? { ...c, broadcast: "none" } : c),
  flops: total,
  elements,
  derived,
  build(b, c) {
    const [first, second] = shapes(c);
    const type = isLogical(c.operator) ? "bool" : "float32";
    // Models square: any other exponent, and one known at run time alone, takes engines ten times as long.
    const squares = c.operator === "pow" && c.broadcast === "scalar";
    const x = b.input("x", first, type);
    const y = squares ? b.constant(second, [2]) : b.input("y", second, type);
    if (c.operator === "where") return b.node("Where", [b.input("condition", first, "bool"), x, y]);
    return b.node(operators[c.operator], [x, y], c.operator === "mod" ? { fmod: 1 } : {});
  },
});

/** c × h × w of a tensor: the last two axes, everything in front merged into c. */
export function imageSize(shape: readonly number[]): { c: number; h: number; w: number } {
  const rank = shape.length;
  let c = 1;
  for (let axis = 0; axis < rank - 2; axis++) c *= shape[axis]!;
  return { c, h: shape[rank - 2] ?? 1, w: shape[rank - 1] ?? 1 };
}

/**
 * The fields of an element-wise kernel of two (or more: the first that is broadcast counts) operands of these shapes.
 * Shapes broadcast as in numpy. Neighbouring axes that are alike in both are merged.
 */
export function broadcastFields(operands: readonly (readonly number[])[]): Operands {
  let rank = 0;
  for (const shape of operands) rank = Math.max(rank, shape.length);
  const output = new Array<number>(rank).fill(0);
  for (const shape of operands) {
    for (let axis = 0; axis < rank; axis++) output[axis] = Math.max(output[axis]!, sizeAt(shape, axis - rank));
  }
  const size = count(output);
  const narrow = operands.filter((shape) => count(shape) < size);
  if (narrow.length === 0) return { ...imageSize(output), broadcast: "none" };
  if (narrow.length === operands.length) return { ...imageSize(output), broadcast: "both" };
  return runsToFields(mergedRuns(output, narrow[0]!), output);
}

/** Of an axis counted from the end (−1 is the last); 1 where the shape has no such axis. */
const sizeAt = (shape: readonly number[], axis: number): number => shape[shape.length + axis] ?? 1;

/** Lengths of the runs of axes that the narrow operand has (`present`) or lacks; axes of length 1 belong to no run. */
function mergedRuns(output: readonly number[], narrow: readonly number[]) {
  const runs: { present: boolean; length: number }[] = [];
  for (let axis = 0; axis < output.length; axis++) {
    const length = output[axis]!;
    if (length === 1) continue;
    const present = sizeAt(narrow, axis - output.length) === length;
    const last = runs.at(-1);
    if (last?.present === present) last.length *= length;
    else runs.push({ present, length });
  }
  return runs;
}

function runsToFields(runs: readonly { present: boolean; length: number }[], output: readonly number[]): Operands {
  const lengths = runs.map((run) => run.length);
  const pattern = runs.map((run) => (run.present ? "1" : "0")).join("");
  switch (pattern) {
    case "0":
      return { ...imageSize(output), broadcast: "scalar" };
    case "10": {
      const image = imageSize(output);
      if (image.c === lengths[0]) return { ...image, broadcast: "channel" };
      return { c: lengths[0]!, h: 1, w: lengths[1]!, broadcast: "channel" };
    }
    case "01":
      return { c: 1, h: lengths[0]!, w: lengths[1]!, broadcast: "inner" };
    case "010":
      return { c: lengths[0]!, h: lengths[1]!, w: lengths[2]!, broadcast: "middle" };
    case "101":
      return { c: lengths[0]!, h: lengths[1]!, w: lengths[2]!, broadcast: "outer-inner" };
    default:
      return { ...imageSize(output), broadcast: "both" };
  }
}
