/**
 * Another shape over the same stored bytes. The order of the result is chosen so that the graph's Reshape, which counts
 * in the graph's order of axes, means the same elements as the file's, which counts in its own.
 */
import {
  elementCount,
  identity,
  nhwc,
  type Permutation,
  reshapedPermutation,
  sameBytes,
  samePermutation,
} from "../../../graph/index.js";
import { unpermute } from "../growing-graph.js";
import { type FileOperator, optionsOf } from "../model.js";
import type { Raising } from "../raising.js";
import { axisOf, fail, input, type OperatorTable, optional, output, type RaiseOperator } from "./common.js";

/** Orders that networks have, the likeliest first: the pixels of an image in one axis, its channels in groups. */
const usual: Readonly<Record<number, readonly Permutation[]>> = {
  3: [[0, 2, 1]],
  5: [
    [0, 3, 4, 1, 2],
    [0, 3, 4, 2, 1],
  ],
};
/** Above this rank there are too many orders to try all. */
const maxTriedRank = 5;

const everyOrder = new Map<number, Permutation[]>();

function ordersOf(rank: number): readonly Permutation[] {
  const known = everyOrder.get(rank);
  if (known !== undefined) return known;
  // A vector of channels fits every order: it is taken for an image, for convolutions are what reads it.
  const first = rank === 4 ? [nhwc, identity(4)] : [identity(rank), ...(usual[rank] ?? [])];
  const all = rank <= maxTriedRank ? permutations(identity(rank)) : [];
  const made = [...first, ...all.filter((perm) => !first.some((other) => samePermutation(other, perm)))];
  everyOrder.set(rank, made);
  return made;
}

function permutations(axes: readonly number[]): number[][] {
  if (axes.length === 0) return [[]];
  return axes.flatMap((axis) => permutations(axes.filter((other) => other !== axis)).map((rest) => [axis, ...rest]));
}

/** An order of `stored` in which the graph reshapes `shape`, which is in the order `perm`, without moving a byte. */
function keptOrder(shape: readonly number[], perm: Permutation, stored: readonly number[]): Permutation | undefined {
  return ordersOf(stored.length).find((order) => {
    const to = unpermute(stored, order);
    const kept = reshapedPermutation(shape, to, perm);
    return kept !== undefined && sameBytes(to, kept, order) && isUsualVector(to, kept, order);
  });
}

/** Where bytes do not tell orders apart, the writer's choice does. */
const isUsualVector = (to: readonly number[], kept: Permutation, order: Permutation) =>
  samePermutation(kept, order) || !(to.length === 4 && to[2] === 1 && to[3] === 1);

export function reshapeTo(r: Raising, op: FileOperator, from: number, stored: readonly number[], to: number): void {
  const { name, perm } = r.value(from);
  const shape = r.shapeOf(name);
  if (elementCount(stored) !== elementCount(shape))
    fail(op, `makes [${stored.join(",")}] of [${r.stored(from).join(",")}]`);
  const kept = elementCount(shape) > 0 ? keptOrder(shape, perm, stored) : undefined;
  const order = kept ?? identity(stored.length);
  const read = kept === undefined ? r.read(from) : name;
  if (isPixels(r, to, shape, stored) && samePermutation(order, identity(4)) && samePermutation(perm, identity(3))) {
    const moved = r.node("Transpose", [name], { perm: [0, 2, 1] });
    r.result(to, nhwc, "Reshape", [moved, r.integers(unpermute(stored, nhwc))], { allowzero: 1 });
    return;
  }
  const inputs = [read, r.integers(unpermute(stored, order))];
  if (isCarried(r, to, order)) r.result(to, order, "Reshape", inputs, { allowzero: 1 });
  else {
    const reshaped = r.node("Reshape", inputs, { allowzero: 1 });
    r.result(to, identity(order.length), "Transpose", [reshaped], { perm: [...order] });
  }
}

const imageReaders = new Set(["CONV_2D", "DEPTHWISE_CONV_2D", "PAD", "AVERAGE_POOL_2D", "MAX_POOL_2D"]);

/** Pixels in one axis that become an image again: the graph turns them before it cuts the axis. */
const isPixels = (r: Raising, index: number, shape: readonly number[], stored: readonly number[]): boolean =>
  shape.length === 3 &&
  stored.length === 4 &&
  stored[0] === shape[0] &&
  stored[3] === shape[2] &&
  [...r.readersOf(index)].some((builtin) => imageReaders.has(builtin));

/**
 * Whether an order goes on to what reads the tensor. Images do in theirs; any other is made up by one reshape for the
 * next or for a transpose, and all else works in the graph's own.
 */
function isCarried(r: Raising, index: number, order: Permutation): boolean {
  const isUsual = samePermutation(order, identity(order.length)) || samePermutation(order, nhwc);
  return isUsual || [...r.readersOf(index)].every((builtin) => builtin === "TRANSPOSE" || builtin === "RESHAPE");
}

/**
 * Rows for a fully connected layer. `free`: its weights are constants, so that their order is no matter of cost, and a
 * flattened image needs no Transpose before it.
 */
export function flattenTo(r: Raising, from: number, shape: readonly number[], free: boolean): string {
  const { name, perm } = r.value(from);
  const isFlat = perm.length === 2 && r.shapeOf(name).every((size, axis) => size === shape[axis]);
  if (isFlat && samePermutation(perm, [0, 1])) return name;
  const kept = keptOrder(r.shapeOf(name), perm, shape);
  const isFree = free && r.shapeOf(name)[0] === shape[0] && perm[0] === 0;
  const read = isFree || (kept !== undefined && samePermutation(kept, [0, 1])) ? name : r.read(from);
  return r.node("Reshape", [read, r.integers(shape)], { allowzero: 1 });
}

/** The wanted shape is an input, an option, or what the file says of the result. */
const reshape: RaiseOperator = (r, op) => {
  const x = input(op, 0);
  const given = optional(op, 1);
  const { newShape } = optionsOf(op, "ReshapeOptions");
  const wanted = given !== undefined ? r.numbers(given) : (newShape ?? r.file.tensor(output(op)).shape);
  const total = elementCount(r.stored(x));
  const rest = wanted.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const stored = wanted.map((size) => (size === -1 ? total / rest : size));
  if (!stored.every((size) => Number.isSafeInteger(size) && size >= 0))
    fail(op, `makes [${wanted.join(",")}] of [${r.stored(x).join(",")}]`);
  reshapeTo(r, op, x, stored, output(op));
};

const squeeze: RaiseOperator = (r, op) => {
  const stored = r.stored(input(op, 0));
  const { squeezeDims = [] } = optionsOf(op, "SqueezeOptions");
  const gone = squeezeDims.map((axis) => axisOf(op, axis, stored.length));
  if (gone.some((axis) => stored[axis] !== 1)) fail(op, `drops axes ${gone} of [${stored.join(",")}]`);
  const kept = stored.filter((size, axis) => (squeezeDims.length === 0 ? size !== 1 : !gone.includes(axis)));
  reshapeTo(r, op, input(op, 0), kept, output(op));
};

const expandDims: RaiseOperator = (r, op) => {
  const stored = r.stored(input(op, 0));
  const axis = axisOf(op, r.numbers(input(op, 1))[0], stored.length + 1);
  reshapeTo(r, op, input(op, 0), [...stored.slice(0, axis), 1, ...stored.slice(axis)], output(op));
};

/** The order [0, 3, 1, 2] of a tensor's stored axes and the like: no bytes move between the two usual orders of a graph. */
const pixelsLast = [0, 2, 1];

/**
 * A transpose that only turns the order of images into the graph's own, or back, is none in the graph. Any other is one;
 * its result is in whichever order makes it move fewer axes.
 */
const transpose: RaiseOperator = (r, op) => {
  const { name, perm } = r.value(input(op, 0));
  const rank = perm.length;
  const moves = r.numbers(input(op, 1)).map((axis) => axisOf(op, axis, rank));
  if (moves.length !== rank || new Set(moves).size !== rank) fail(op, `has the order ${moves} for ${rank} axes`);
  const turned = moves.map((axis) => perm[axis]!);
  if (isLayoutChange(perm, turned) && r.shapeOf(name).length === rank) {
    r.alias(output(op), { name, perm: turned });
    return;
  }
  const axesFor = (order: Permutation) => unpermute(turned, order);
  const moved = (order: Permutation) => axesFor(order).filter((axis, i) => axis !== i).length;
  const order = moved(perm) < moved(identity(rank)) ? perm : identity(rank);
  r.result(output(op), order, "Transpose", [name], { perm: axesFor(order) });
};

function isLayoutChange(from: Permutation, to: Permutation): boolean {
  const rank = from.length;
  const plain = identity(rank);
  if (samePermutation(from, to)) return true;
  if (rank === 3) return samePermutation(from, pixelsLast) && samePermutation(to, plain);
  if (rank !== 4) return false;
  return (
    (samePermutation(from, nhwc) && samePermutation(to, plain)) ||
    (samePermutation(from, plain) && samePermutation(to, nhwc))
  );
}

export const reshapes: OperatorTable = {
  RESHAPE: reshape,
  SQUEEZE: squeeze,
  EXPAND_DIMS: expandDims,
  TRANSPOSE: transpose,
};
