/** Primitives that add up, repeat, join and cut. */
import { invariant } from "../../base/index.js";
import { type Expression, type Shape, sameShape, sizeOf } from "./expression.js";

/** Sum over `axes` (all by default); the summed axes stay as 1 with `keep`. */
export function sum(x: Expression, axes: readonly number[] = x.shape.map((_, i) => i), keep = false): Expression {
  const kept = x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
  return {
    shape: keep ? kept : x.shape.filter((_, i) => !axes.includes(i)),
    inputs: [x],
    emit: (writer, [value]) => writer.node("ReduceSum", [value!, writer.int64(axes)], { keepdims: keep ? 1 : 0 }),
    gradient: (upstream) => [expand(reshape(upstream, kept), x.shape)],
  };
}

export function reshape(x: Expression, shape: Shape): Expression {
  invariant(sizeOf(shape) === sizeOf(x.shape), `[${x.shape}] cannot become [${shape}]`);
  if (sameShape(x.shape, shape)) return x;
  return {
    shape,
    inputs: [x],
    emit: (writer, [value]) => writer.node("Reshape", [value!, writer.int64(shape, [shape.length])]),
    gradient: (upstream) => [reshape(upstream, x.shape)],
  };
}

/** Repeats along axes of size 1 (and new leading ones). */
export function expand(x: Expression, shape: Shape): Expression {
  if (sameShape(x.shape, shape)) return x;
  return {
    shape,
    inputs: [x],
    emit: (writer, [value]) => writer.node("Expand", [value!, writer.int64(shape)]),
    gradient: (upstream) => [sumTo(upstream, x.shape)],
  };
}

/** Undoes a broadcast: sums over the axes along which `shape` was repeated. */
export function sumTo(x: Expression, shape: Shape): Expression {
  if (sameShape(x.shape, shape)) return x;
  if (sameShape(shape, [1, x.shape[1] ?? 0]) && x.shape.length === 2) return sumRows(x);
  const lead = x.shape.length - shape.length;
  const axes = x.shape.map((_, i) => i).filter((i) => i < lead || (shape[i - lead] === 1 && x.shape[i] !== 1));
  return reshape(sum(x, axes), shape);
}

/** Sum over the first of two axes, which stays as 1: as a product with a row of ones, four times as fast as a reduction. */
function sumRows(x: Expression): Expression {
  const [rows, columns] = x.shape as [number, number];
  return {
    shape: [1, columns],
    inputs: [x],
    emit: (writer, [value]) => writer.node("Gemm", [writer.float(new Array<number>(rows).fill(1), [1, rows]), value!]),
    gradient: (upstream) => [expand(upstream, x.shape)],
  };
}

export function concat(parts: readonly Expression[], axis: number): Expression {
  const size = parts.reduce((total, part) => total + part.shape[axis]!, 0);
  return {
    shape: parts[0]!.shape.map((length, i) => (i === axis ? size : length)),
    inputs: parts,
    emit: (writer, values) => writer.node("Concat", values, { axis }),
    gradient(upstream) {
      let start = 0;
      return parts.map((part) => {
        const from = start;
        start += part.shape[axis]!;
        return slice(upstream, axis, from, start);
      });
    },
  };
}

/** Elements `start` (included) to `end` (excluded) along one axis. */
export function slice(x: Expression, axis: number, start: number, end: number): Expression {
  invariant(start >= 0 && start < end && end <= x.shape[axis]!, `slice ${start}:${end} of [${x.shape}]`);
  if (end - start === x.shape[axis]) return x;
  const ends = (i: number) => (i === axis ? [start, x.shape[axis]! - end] : [0, 0]);
  return {
    shape: x.shape.map((size, i) => (i === axis ? end - start : size)),
    inputs: [x],
    emit: (writer, [value]) =>
      writer.node("Slice", [value!, writer.int64([start]), writer.int64([end]), writer.int64([axis])]),
    gradient: (upstream) => [
      pad(
        upstream,
        x.shape.map((_, i) => ends(i)[0]!),
        x.shape.map((_, i) => ends(i)[1]!),
      ),
    ],
  };
}

/** Zeros before and after along each axis. */
export function pad(x: Expression, before: readonly number[], after: readonly number[]): Expression {
  return {
    shape: x.shape.map((size, i) => size + before[i]! + after[i]!),
    inputs: [x],
    emit: (writer, [value]) => writer.node("Pad", [value!, writer.int64([...before, ...after])]),
    gradient: (upstream) => [
      x.shape.reduce((whole, size, i) => slice(whole, i, before[i]!, before[i]! + size), upstream),
    ],
  };
}
