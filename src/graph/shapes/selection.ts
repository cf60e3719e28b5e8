/** Operators that pick, join, cut and pad: Slice, Split, Concat, Gather, Scatter, Pad. */
import { elementCount, type GraphNode, type Tensor } from "../graph.js";
import { sameShape } from "./broadcast.js";
import { isSmall, stridedValues, stridesOf } from "./known-values.js";
import {
  fail,
  type Inferred,
  type Inputs,
  integer,
  integers,
  knownValues,
  likeFirst,
  listOf,
  normalAxis,
  product,
  type Rule,
  type RuleTable,
  required,
  shapeText,
} from "./rule.js";

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

const slice: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const starts = listOf(node, inputs, 1, "starts") ?? fail(node, "no starts are given");
  const ends = listOf(node, inputs, 2, "ends") ?? fail(node, "no ends are given");
  const axes = listOf(node, inputs, 3, "axes");
  const steps = knownValues(node, inputs, 4);
  if (ends.length !== starts.length) fail(node, `${starts.length} starts and ${ends.length} ends`);
  const shape = x.shape.slice();
  const strides = x.values === undefined ? undefined : stridesOf(x.shape);
  let offset = 0;
  for (let i = 0; i < starts.length; i++) {
    const axis = normalAxis(node, axes ? (axes[i] ?? fail(node, "axes are too few")) : i, x.shape.length);
    const size = x.shape[axis]!;
    const step = steps?.[i] ?? 1;
    if (step === 0) fail(node, "a step is 0");
    const last = step > 0 ? size : size - 1;
    const start = clamp(starts[i]! < 0 ? starts[i]! + size : starts[i]!, 0, last);
    const end = clamp(ends[i]! < 0 ? ends[i]! + size : ends[i]!, step > 0 ? 0 : -1, size);
    shape[axis] = Math.max(0, Math.ceil((end - start) / step));
    if (strides !== undefined) {
      offset += start * strides[axis]!;
      strides[axis]! *= step;
    }
  }
  return { shape, type: x.type, values: strides && stridedValues(x, shape, strides, offset) };
};

/** Sizes of the parts: given, or as equal as `num_outputs` and the number of outputs allow. */
function partSizes(node: GraphNode, inputs: Inputs, size: number): ArrayLike<number> {
  const given = listOf(node, inputs, 1, "split");
  if (given !== undefined) return given;
  const count = node.outputs.length;
  const part = Math.ceil(size / count);
  return Array.from({ length: count }, (_, i) => (i < count - 1 ? part : size - part * (count - 1)));
}

const split: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const axis = normalAxis(node, integer(node, "axis", 0), x.shape.length);
  const sizes = partSizes(node, inputs, x.shape[axis]!);
  if (sizes.length !== node.outputs.length) fail(node, `${sizes.length} sizes for ${node.outputs.length} outputs`);
  const strides = x.values === undefined ? undefined : stridesOf(x.shape);
  const parts: Inferred[] = [];
  let start = 0;
  for (let i = 0; i < sizes.length; i++) {
    const shape = x.shape.slice();
    shape[axis] = sizes[i]!;
    const values = strides && stridedValues(x, shape, strides, start * strides[axis]!);
    parts.push({ shape, type: x.type, values });
    start += sizes[i]!;
  }
  if (start !== x.shape[axis]) fail(node, `the parts of ${x.shape[axis]} elements sum to ${start}`);
  return parts;
};

function joinedValues(inputs: Inputs, axis: number, shape: readonly number[]): number[] | undefined {
  if (!isSmall(shape) || inputs.some((input) => input!.values === undefined)) return undefined;
  const blocks = product(shape, 0, axis);
  const result: number[] = [];
  for (let block = 0; block < blocks; block++) {
    for (const input of inputs) {
      const length = product(input!.shape, axis);
      for (let i = 0; i < length; i++) result.push(input!.values![block * length + i]!);
    }
  }
  return result;
}

const concat: Rule = (node, inputs) => {
  const first = required(node, inputs, 0);
  const rank = first.shape.length;
  const axis = normalAxis(node, integer(node, "axis", 0), rank);
  const shape = first.shape.slice();
  for (let i = 1; i < inputs.length; i++) {
    const next = required(node, inputs, i).shape;
    let fits = next.length === rank;
    for (let k = 0; k < rank; k++) if (k !== axis && next[k] !== shape[k]) fits = false;
    if (!fits) fail(node, `${shapeText(next)} cannot join ${shapeText(first.shape)} on axis ${axis}`);
    shape[axis]! += next[axis]!;
  }
  return { shape, type: first.type, values: first.values && joinedValues(inputs, axis, shape) };
};

function gatheredValues(x: Tensor, indices: Tensor, axis: number, shape: readonly number[]): number[] | undefined {
  if (x.values === undefined || indices.values === undefined || !isSmall(shape)) return undefined;
  const size = x.shape[axis]!;
  const inner = product(x.shape, axis + 1);
  const outer = product(x.shape, 0, axis);
  const result: number[] = [];
  for (let block = 0; block < outer; block++) {
    for (let i = 0; i < indices.values.length; i++) {
      const index = indices.values[i]! < 0 ? indices.values[i]! + size : indices.values[i]!;
      for (let k = 0; k < inner; k++) result.push(x.values[(block * size + index) * inner + k]!);
    }
  }
  return result;
}

const gather: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const indices = required(node, inputs, 1);
  const axis = normalAxis(node, integer(node, "axis", 0), x.shape.length);
  const size = x.shape[axis]!;
  if (indices.values && Array.prototype.some.call(indices.values, (i: number) => !(i >= -size && i < size))) {
    fail(node, `an index is outside the ${size} elements of axis ${axis}`);
  }
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  return { shape, type: x.type, values: gatheredValues(x, indices, axis, shape) };
};

const gatherElements: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const { shape } = required(node, inputs, 1);
  if (shape.length !== x.shape.length) fail(node, `indices ${shapeText(shape)} for a tensor ${shapeText(x.shape)}`);
  return { shape, type: x.type };
};

const gatherNd: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const indices = required(node, inputs, 1);
  const batch = integer(node, "batch_dims", 0);
  const depth = indices.shape.at(-1) ?? fail(node, "indices are a scalar");
  if (depth + batch > x.shape.length) fail(node, `indices of ${depth} numbers for ${shapeText(x.shape)}`);
  return { shape: [...indices.shape.slice(0, -1), ...x.shape.slice(batch + depth)], type: x.type };
};

/** Values survive only the case that shape arithmetic meets: a vector with some elements replaced. */
const scatterNd: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const indices = required(node, inputs, 1).values;
  const updates = required(node, inputs, 2).values;
  const { shape, type, values } = x;
  if (!values || !indices || !updates || shape.length !== 1) return { shape, type };
  const result = Array.from(values);
  for (let i = 0; i < indices.length; i++)
    result[indices[i]! < 0 ? indices[i]! + shape[0]! : indices[i]!] = updates[i]!;
  return result.length === shape[0] ? { shape, type, values: result } : fail(node, "an index is outside the tensor");
};

/** By flags that are known only at run time all of it. */
const compress: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const flags = required(node, inputs, 1);
  const kept = flags.values && Array.from(flags.values).filter((flag) => flag !== 0).length;
  if (node.attributes.axis === undefined) return { shape: [kept ?? elementCount(x.shape)], type: x.type };
  const axis = normalAxis(node, integer(node, "axis", 0), x.shape.length);
  if (kept === undefined) return { shape: x.shape, type: x.type };
  return { shape: x.shape.map((size, i) => (i === axis ? kept : size)), type: x.type };
};

const pad: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const rank = x.shape.length;
  const pads = listOf(node, inputs, 1, "pads") ?? integers(node, "paddings") ?? fail(node, "no pads are given");
  const axes = knownValues(node, inputs, 3);
  const count = axes?.length ?? rank;
  if (pads.length !== 2 * count) fail(node, `${pads.length} pads for ${count} axes`);
  const shape = x.shape.slice();
  for (let i = 0; i < count; i++) {
    const axis = axes ? normalAxis(node, axes[i]!, rank) : i;
    shape[axis]! += pads[i]! + pads[i + count]!;
  }
  return { shape, type: x.type, values: sameShape(shape, x.shape) ? x.values : undefined };
};

/** Puts the input in the middle of `shape`, cutting or padding. */
const centerCropPad: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const sizes = knownValues(node, inputs, 1) ?? fail(node, "no shape is given");
  const axes = integers(node, "axes");
  const shape = x.shape.slice();
  for (let i = 0; i < sizes.length; i++) shape[axes ? normalAxis(node, axes[i]!, shape.length) : i] = sizes[i]!;
  return { shape, type: x.type };
};

const oneHot: Rule = (node, inputs) => {
  const indices = required(node, inputs, 0);
  const depth = knownValues(node, inputs, 1)?.[0] ?? fail(node, "depth is missing");
  const rank = indices.shape.length + 1;
  const axis = normalAxis(node, integer(node, "axis", -1), rank);
  const shape = [...indices.shape.slice(0, axis), depth, ...indices.shape.slice(axis)];
  return { shape, type: required(node, inputs, 2).type };
};

export const selectionRules: RuleTable = {
  CenterCropPad: centerCropPad,
  Compress: compress,
  Concat: concat,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherNd,
  OneHot: oneHot,
  Pad: pad,
  Scatter: likeFirst,
  ScatterElements: likeFirst,
  ScatterND: scatterNd,
  Slice: slice,
  Split: split,
  TensorScatter: likeFirst,
};
