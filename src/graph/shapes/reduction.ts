/** Operators that shorten axes to one element or drop them, and those that order or accumulate along an axis. */
import type { GraphNode, Tensor } from "../graph.js";
import { forEachAddress, isSmall, stored, stridesOf } from "./known-values.js";
import {
  axisFlags,
  fail,
  integer,
  knownValues,
  likeFirst,
  listOf,
  normalAxis,
  type Rule,
  type RuleTable,
  required,
} from "./rule.js";

function reducedShape(shape: readonly number[], reduced: readonly boolean[], keep: boolean): number[] {
  const result: number[] = [];
  for (let i = 0; i < shape.length; i++) {
    if (!reduced[i]) result.push(shape[i]!);
    else if (keep) result.push(1);
  }
  return result;
}

type Fold = (sum: number, value: number) => number;

function foldedValues(x: Tensor, reduced: readonly boolean[], start: number, fold: Fold): number[] | undefined {
  const { values } = x;
  if (values === undefined || !isSmall(x.shape)) return undefined;
  const strides = stridesOf(x.shape.map((size, i) => (reduced[i] ? 1 : size))).map((s, i) => (reduced[i] ? 0 : s));
  const result: number[] = [];
  let i = 0;
  forEachAddress(x.shape, strides, 0, (address) => {
    result[address] = stored(fold(result[address] ?? start, values[i++]!), x.type);
  });
  return result;
}

const reduce =
  (start?: number, fold?: Fold): Rule =>
  (node, inputs) => {
    const x = required(node, inputs, 0);
    const rank = x.shape.length;
    const axes = listOf(node, inputs, 1, "axes");
    const all = integer(node, "noop_with_empty_axes", 0) === 0;
    const given = axes !== undefined && axes.length > 0;
    const reduced = given ? axisFlags(node, axes, rank) : new Array<boolean>(rank).fill(all);
    const shape = reducedShape(x.shape, reduced, integer(node, "keepdims", 1) !== 0);
    const values = fold && x.values ? foldedValues(x, reduced, start!, fold) : undefined;
    return { shape, type: x.type, values };
  };

const arg: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const reduced = axisFlags(node, [integer(node, "axis", 0)], x.shape.length);
  return { shape: reducedShape(x.shape, reduced, integer(node, "keepdims", 1) !== 0), type: "int64" };
};

/** The count is an attribute before opset 10. */
function topCount(node: GraphNode, inputs: readonly (Tensor | undefined)[]): number {
  const values = knownValues(node, inputs, 1);
  return values?.[0] ?? integer(node, "k", -1);
}

const topK: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const axis = normalAxis(node, integer(node, "axis", -1), x.shape.length);
  const count = topCount(node, inputs);
  if (!(count >= 0 && count <= x.shape[axis]!)) fail(node, `${count} is no count of ${x.shape[axis]} elements`);
  const shape = x.shape.map((size, i) => (i === axis ? count : size));
  return [
    { shape, type: x.type },
    { shape, type: "int64" },
  ];
};

const cumSum: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const { values } = x;
  const plain = integer(node, "exclusive", 0) === 0 && integer(node, "reverse", 0) === 0;
  if (values === undefined || x.shape.length !== 1 || !plain) return { shape: x.shape, type: x.type };
  let sum = 0;
  return { shape: x.shape, type: x.type, values: Array.from(values, (value) => (sum += value)) };
};

export const reductionRules: RuleTable = {
  ArgMax: arg,
  ArgMin: arg,
  CumProd: likeFirst,
  CumSum: cumSum,
  ReduceL1: reduce(0, (sum, value) => sum + Math.abs(value)),
  ReduceL2: reduce(),
  ReduceLogSum: reduce(),
  ReduceLogSumExp: reduce(),
  ReduceMax: reduce(Number.NEGATIVE_INFINITY, Math.max),
  ReduceMean: reduce(),
  ReduceMin: reduce(Number.POSITIVE_INFINITY, Math.min),
  ReduceProd: reduce(1, (result, value) => result * value),
  ReduceSum: reduce(0, (sum, value) => sum + value),
  ReduceSumSquare: reduce(0, (sum, value) => sum + value * value),
  TopK: topK,
};
