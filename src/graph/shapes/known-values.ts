/** Arithmetic on the values of small constants: the folding that shape arithmetic needs, nothing more. */

import { isInteger } from "../data-types.js";
import type { DataType, Tensor } from "../graph.js";
import { maxKnownElements, product } from "./rule.js";

/** What storing a number in a tensor of this type makes of it. */
export function stored(value: number, type: DataType): number {
  if (type === "float32") return Math.fround(value);
  if (type === "bool") return value === 0 ? 0 : 1;
  return isInteger(type) ? Math.trunc(value) + 0 : value;
}

/** Row-major strides, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i]!;
  }
  return strides;
}

/** Strides that read `shape` as if it were broadcast to `target`. */
export function broadcastStrides(shape: readonly number[], target: readonly number[]): number[] {
  const own = stridesOf(shape);
  const offset = target.length - shape.length;
  return target.map((_, i) => (i < offset || shape[i - offset] === 1 ? 0 : own[i - offset]!));
}

/** Calls `visit` for every position of `shape` in row-major order with the position's address under `strides`. */
export function forEachAddress(
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
  visit: (address: number) => void,
): void {
  const count = product(shape);
  const index = new Array<number>(shape.length).fill(0);
  let address = offset;
  for (let i = 0; i < count; i++) {
    visit(address);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      address += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      address -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
}

export const isSmall = (shape: readonly number[]): boolean => product(shape) <= maxKnownElements;

/** A view of known values through strides; undefined where they are unknown or too many. */
export function stridedValues(
  tensor: Tensor,
  shape: readonly number[],
  strides: readonly number[],
  offset = 0,
): number[] | undefined {
  const { values } = tensor;
  if (values === undefined || !isSmall(shape)) return undefined;
  const result: number[] = [];
  forEachAddress(shape, strides, offset, (address) => result.push(values[address]!));
  return result;
}

/** Values broadcast to `shape`. */
export function broadcastValues(tensor: Tensor, shape: readonly number[]): ArrayLike<number> | undefined {
  const { values } = tensor;
  if (values === undefined) return undefined;
  if (values.length === product(shape)) return values;
  return stridedValues(tensor, shape, broadcastStrides(tensor.shape, shape));
}
