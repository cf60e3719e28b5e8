/**
 * Layouts as permutations. Engines of the TensorFlow family keep images as NHWC while the graph is NCHW; a tensor's
 * stored axis i is the graph's axis `perm[i]`. Permutations travel through the operators, so that a transpose is written
 * only where an operator needs another order.
 */
export type Permutation = readonly number[];

export const nhwc: Permutation = [0, 2, 3, 1];
export const identity = (rank: number): Permutation => Array.from({ length: rank }, (_, axis) => axis);
export const permute = <T>(values: readonly T[], perm: Permutation): T[] => perm.map((axis) => values[axis]!);
export const samePermutation = (a: Permutation, b: Permutation): boolean =>
  a.length === b.length && a.every((axis, i) => axis === b[i]);

/** The stored axes to take, in order, to come from one stored order to another. */
export const between = (from: Permutation, to: Permutation): number[] => to.map((axis) => from.indexOf(axis));

/** Whether the two orders are the same bytes: they differ only in where axes of length 1 stand. */
export function sameBytes(shape: readonly number[], a: Permutation, b: Permutation): boolean {
  const long = (perm: Permutation) => perm.filter((axis) => shape[axis] !== 1);
  return samePermutation(long(a), long(b));
}

/** Row-major values reordered so that stored axis i is axis `perm[i]`. */
export function permuteValues<A extends Float32Array | Int8Array | Int32Array>(
  values: A,
  shape: readonly number[],
  perm: Permutation,
): A {
  if (sameBytes(shape, perm, identity(shape.length))) return values;
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const sizes = permute(shape, perm);
  const steps = permute(strides, perm);
  const out = values.slice() as A;
  const index = sizes.map(() => 0);
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = values[from]!;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      from += steps[axis]!;
      if (index[axis]! < sizes[axis]!) break;
      from -= steps[axis]! * sizes[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

/**
 * The order of a reshaped tensor that needs no moving of bytes, given the order of the tensor before; undefined where
 * there is none. Both shapes are cut into their common factors; an axis of the result must be a run of them.
 */
export function reshapedPermutation(
  from: readonly number[],
  to: readonly number[],
  perm: Permutation,
): Permutation | undefined {
  const factors = commonFactors(from, to);
  if (factors === undefined) return undefined;
  const stored = permute(factors.ofFrom, perm).flat();
  const starts = factors.ofTo.map((axis) => (axis.length === 0 ? -1 : stored.indexOf(axis[0]!)));
  const isRun = factors.ofTo.every((axis, i) => axis.every((factor, k) => stored[starts[i]! + k] === factor));
  if (!isRun) return undefined;
  return placeUnitAxes(to, starts);
}

/** Axes by where they start in memory; axes of length 1 wherever they make the usual order. */
function placeUnitAxes(shape: readonly number[], starts: readonly number[]): Permutation {
  const long = identity(shape.length)
    .filter((axis) => starts[axis]! >= 0)
    .sort((a, b) => starts[a]! - starts[b]!);
  const fits = (perm: Permutation) =>
    samePermutation(
      perm.filter((axis) => starts[axis]! >= 0),
      long,
    );
  const isVector = shape.length === 4 && shape[2] === 1 && shape[3] === 1;
  const usual = isVector ? [nhwc, identity(4)] : [identity(shape.length), ...(shape.length === 4 ? [nhwc] : [])];
  return usual.find(fits) ?? [...identity(shape.length).filter((axis) => starts[axis]! < 0), ...long];
}

/** Numbers of the factors (counted from the outermost) that make up each axis; axes of length 1 have none. */
function commonFactors(from: readonly number[], to: readonly number[]) {
  const cuts = (shape: readonly number[]) => {
    let product = 1;
    return shape.map((size) => {
      product *= size;
      return product;
    });
  };
  const all = [...new Set([...cuts(from), ...cuts(to)])].filter((cut) => cut > 1).sort((a, b) => a - b);
  if (all.some((cut, i) => i > 0 && cut % all[i - 1]! !== 0)) return undefined;
  const group = (shape: readonly number[]) => {
    let before = 1;
    return cuts(shape).map((cut) => {
      const range = all.flatMap((end, i) => (end > before && end <= cut ? [i] : []));
      before = cut;
      return range;
    });
  };
  return { ofFrom: group(from), ofTo: group(to) };
}

/** The same transpose with fewer axes: those of length 1 left away, neighbours that stay neighbours in order merged. */
export function mergedAxes(sizes: readonly number[], perm: Permutation): { sizes: number[]; perm: number[] } {
  const runs: number[][] = [];
  for (const axis of perm.filter((axis) => sizes[axis] !== 1)) {
    const last = runs.at(-1)?.at(-1);
    const between = last === undefined ? [] : sizes.slice(last + 1, axis);
    const continues = last !== undefined && axis > last && between.every((size) => size === 1);
    if (continues) runs.at(-1)!.push(axis);
    else runs.push([axis]);
  }
  const sorted = [...runs].sort((a, b) => a[0]! - b[0]!);
  return {
    sizes: sorted.map((run) => run.reduce((product, axis) => product * sizes[axis]!, 1)),
    perm: runs.map((run) => sorted.indexOf(run)),
  };
}
