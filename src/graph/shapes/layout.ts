/** Operators that give the same elements another shape or order. */
import { broadcast } from "./broadcast.js";
import { broadcastValues, stridedValues, stridesOf } from "./known-values.js";
import {
  axisFlags,
  fail,
  integer,
  integers,
  knownValues,
  listOf,
  product,
  type Rule,
  type RuleTable,
  required,
  shapeText,
} from "./rule.js";

const reshape: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const wanted = listOf(node, inputs, 1, "shape") ?? fail(node, "no shape is given");
  const keepZero = integer(node, "allowzero", 0) === 1;
  const shape = new Array<number>(wanted.length);
  let open = -1;
  let known = 1;
  for (let i = 0; i < wanted.length; i++) {
    const size = wanted[i] === 0 && !keepZero ? (x.shape[i] ?? fail(node, `no axis ${i} to copy`)) : wanted[i]!;
    shape[i] = size;
    if (size !== -1) known *= size;
    else if (open === -1) open = i;
    else fail(node, "more than one size is -1");
  }
  const count = product(x.shape);
  if (open !== -1) shape[open] = known === 0 ? 0 : count / known;
  if (product(shape) !== count || (open !== -1 && !Number.isInteger(shape[open]))) {
    fail(node, `${shapeText(x.shape)} cannot become ${shapeText(Array.from(wanted))}`);
  }
  return { shape, type: x.type, values: x.values };
};

const flatten: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const rank = x.shape.length;
  const axis = integer(node, "axis", 1);
  const split = axis < 0 ? axis + rank : axis;
  if (!(split >= 0 && split <= rank)) fail(node, `axis ${axis} is outside a tensor of rank ${rank}`);
  return { shape: [product(x.shape, 0, split), product(x.shape, split)], type: x.type, values: x.values };
};

const transpose: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const rank = x.shape.length;
  const order = integers(node, "perm");
  if (order === undefined) {
    const reversed = x.shape.slice().reverse();
    return {
      shape: reversed,
      type: x.type,
      values: x.values && stridedValues(x, reversed, stridesOf(x.shape).reverse()),
    };
  }
  if (order.length !== rank || axisFlags(node, order, rank).includes(false)) {
    fail(node, `perm ${shapeText(order)} is no order of ${rank} axes`);
  }
  const shape = order.map((axis) => x.shape[axis < 0 ? axis + rank : axis]!);
  if (x.values === undefined) return { shape, type: x.type };
  const strides = stridesOf(x.shape);
  return {
    shape,
    type: x.type,
    values: stridedValues(
      x,
      shape,
      order.map((axis) => strides.at(axis)!),
    ),
  };
};

const squeeze: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const axes = listOf(node, inputs, 1, "axes");
  if (axes === undefined) return { shape: x.shape.filter((size) => size !== 1), type: x.type, values: x.values };
  const dropped = axisFlags(node, axes, x.shape.length);
  const shape = x.shape.filter((size, i) => {
    if (dropped[i] && size !== 1) fail(node, `axis ${i} of ${shapeText(x.shape)} is not 1`);
    return !dropped[i];
  });
  return { shape, type: x.type, values: x.values };
};

const unsqueeze: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const axes = listOf(node, inputs, 1, "axes") ?? fail(node, "no axes are given");
  const rank = x.shape.length + axes.length;
  const added = axisFlags(node, axes, rank);
  let next = 0;
  const shape = added.map((isNew) => (isNew ? 1 : x.shape[next++]!));
  if (next !== x.shape.length) fail(node, "an axis is given twice");
  return { shape, type: x.type, values: x.values };
};

const expand: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const target = Array.from(knownValues(node, inputs, 1) ?? fail(node, "no shape is given"));
  const shape = broadcast(node, x.shape, target);
  return { shape, type: x.type, values: broadcastValues(x, shape) };
};

const tile: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const repeats = knownValues(node, inputs, 1) ?? fail(node, "no repeats are given");
  if (repeats.length !== x.shape.length) fail(node, `${repeats.length} repeats for ${x.shape.length} axes`);
  const shape = x.shape.map((size, i) => size * repeats[i]!);
  const values = x.values;
  if (values === undefined || shape.length !== 1 || shape[0]! > 4096) return { shape, type: x.type };
  return { shape, type: x.type, values: Array.from({ length: shape[0]! }, (_, i) => values[i % values.length]!) };
};

const blockSize: (node: Parameters<Rule>[0]) => number = (node) => {
  const block = integer(node, "blocksize", 0);
  return block >= 1 ? block : fail(node, `blocksize ${block} is not positive`);
};

const depthToSpace: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const block = blockSize(node);
  const [n, c, h, w] = x.shape;
  if (x.shape.length !== 4 || c! % (block * block) !== 0) fail(node, `${shapeText(x.shape)} has no blocks of ${block}`);
  return { shape: [n!, c! / (block * block), h! * block, w! * block], type: x.type };
};

const spaceToDepth: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const block = blockSize(node);
  const [n, c, h, w] = x.shape;
  if (x.shape.length !== 4 || h! % block !== 0 || w! % block !== 0) {
    fail(node, `${shapeText(x.shape)} has no blocks of ${block}`);
  }
  return { shape: [n!, c! * block * block, h! / block, w! / block], type: x.type };
};

/** Columns back to an image: inverse of sliding windows. */
const col2Im: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const image = Array.from(knownValues(node, inputs, 1) ?? []);
  const block = knownValues(node, inputs, 2) ?? [];
  return { shape: [x.shape[0]!, x.shape[1]! / product(Array.from(block)), ...image], type: x.type };
};

const trilu: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const { shape, type, values } = x;
  const k = inputs[1] ? inputs[1].values?.[0] : 0;
  if (values === undefined || k === undefined || shape.length < 2) return { shape, type };
  const columns = shape[shape.length - 1]!;
  const rows = shape[shape.length - 2]!;
  const upper = integer(node, "upper", 1) !== 0;
  const kept = (i: number) => {
    const distance = (i % columns) - (Math.floor(i / columns) % rows);
    return upper ? distance >= k : distance <= k;
  };
  return { shape, type, values: Array.from(values, (value, i) => (kept(i) ? value : 0)) };
};

const reverseSequence: Rule = (node, inputs) => {
  const { shape, type } = required(node, inputs, 0);
  if (shape.length < 2) fail(node, "needs a batch axis and a time axis");
  return { shape, type };
};

export const layoutRules: RuleTable = {
  Col2Im: col2Im,
  DepthToSpace: depthToSpace,
  Expand: expand,
  Flatten: flatten,
  Reshape: reshape,
  ReverseSequence: reverseSequence,
  SpaceToDepth: spaceToDepth,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: transpose,
  Trilu: trilu,
  Unsqueeze: unsqueeze,
};
