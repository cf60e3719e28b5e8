/**
 * Grows one regression tree, best leaf first, from histograms of gradients (as LightGBM does: Ke et al., 2017). A split's
 * larger child has the parent's histogram less the smaller one's.
 */
import { BINS, type BinnedColumns } from "./tree-bins.js";

export interface GrowthLimits {
  readonly leaves: number;
  /** Weight of each leaf at least. */
  readonly minWeight: number;
  /** Added to the weight of each leaf. */
  readonly ridge: number;
}

/** Nodes in order of creation, parents before children; a leaf has column −1 and a value. */
export interface Tree {
  readonly column: number[];
  /** Rows with a value ≤ threshold go left. */
  readonly threshold: number[];
  readonly left: number[];
  readonly right: number[];
  readonly value: number[];
}

export interface GrownTree {
  readonly tree: Tree;
  /** Rows of each leaf, by the leaf's node number. */
  readonly leaves: ReadonlyMap<number, Int32Array>;
}

interface Split {
  readonly gain: number;
  readonly column: number;
  readonly bin: number;
}

interface Leaf {
  readonly node: number;
  readonly rows: Int32Array;
  readonly histogram: Float64Array;
  readonly split: Split | undefined;
}

/** Gradient and weight of each bin of each column. */
const FIELDS = 2;

/** `gradient` and `weight` by row; the leaf's value is −Σ gradient / (Σ weight + ridge). Only `columns` are split on. */
export function growTree(
  data: BinnedColumns,
  gradient: Float64Array,
  weight: Float64Array,
  columns: readonly number[],
  limits: GrowthLimits,
): GrownTree {
  const tree: Tree = { column: [], threshold: [], left: [], right: [], value: [] };
  const addLeaf = (rows: Int32Array, histogram: Float64Array): Leaf => {
    const node = tree.column.length;
    tree.column.push(-1);
    tree.threshold.push(0);
    tree.left.push(-1);
    tree.right.push(-1);
    tree.value.push(leafValue(rows, gradient, weight, limits.ridge));
    return { node, rows, histogram, split: bestSplit(histogram, columns, limits) };
  };
  const all = Int32Array.from({ length: data.rows }, (_, i) => i);
  const leaves = [addLeaf(all, histogramOf(data, all, gradient, weight, columns))];
  while (leaves.length < limits.leaves) {
    const best = leaves.reduce((a, b) => ((b.split?.gain ?? 0) > (a.split?.gain ?? 0) ? b : a));
    if (best.split === undefined) break;
    leaves.splice(leaves.indexOf(best), 1);
    const { column, bin } = best.split;
    const [left, right] = partition(data.bins[column]!, best.rows, bin);
    const small = left.length <= right.length ? left : right;
    const smallHistogram = histogramOf(data, small, gradient, weight, columns);
    const largeHistogram = best.histogram.map((value, i) => value - smallHistogram[i]!);
    const leafOf = (rows: Int32Array) => addLeaf(rows, rows === small ? smallHistogram : largeHistogram);
    const children = [leafOf(left), leafOf(right)] as const;
    tree.column[best.node] = column;
    tree.threshold[best.node] = data.edges[column]![bin]!;
    tree.left[best.node] = children[0].node;
    tree.right[best.node] = children[1].node;
    leaves.push(...children);
  }
  return { tree, leaves: new Map(leaves.map(({ node, rows }) => [node, rows])) };
}

function leafValue(rows: Int32Array, gradient: Float64Array, weight: Float64Array, ridge: number): number {
  let g = 0;
  let w = ridge;
  for (const row of rows) {
    g += gradient[row]!;
    w += weight[row]!;
  }
  return w > 0 ? (0 - g) / w : 0;
}

function histogramOf(
  data: BinnedColumns,
  rows: Int32Array,
  gradient: Float64Array,
  weight: Float64Array,
  columns: readonly number[],
): Float64Array {
  const out = new Float64Array(data.bins.length * BINS * FIELDS);
  for (const column of columns) {
    const bins = data.bins[column]!;
    const base = column * BINS;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const at = (base + bins[row]!) * FIELDS;
      out[at] = out[at]! + gradient[row]!;
      out[at + 1] = out[at + 1]! + weight[row]!;
    }
  }
  return out;
}

function bestSplit(histogram: Float64Array, columns: readonly number[], limits: GrowthLimits): Split | undefined {
  let best: Split | undefined;
  for (const column of columns) {
    const split = bestSplitOf(histogram, column, limits);
    if (split !== undefined && split.gain > (best?.gain ?? 1e-12)) best = split;
  }
  return best;
}

function bestSplitOf(histogram: Float64Array, column: number, { minWeight, ridge }: GrowthLimits): Split | undefined {
  const start = column * BINS * FIELDS;
  let [allGradient, allWeight] = [0, 0];
  for (let i = start; i < start + BINS * FIELDS; i += FIELDS) {
    allGradient += histogram[i]!;
    allWeight += histogram[i + 1]!;
  }
  // Sums of bins, some of them differences of histograms, are not exact.
  const least = minWeight * (1 - 1e-9);
  const whole = score(allGradient, allWeight, ridge);
  let best: Split | undefined;
  let [g, w] = [0, 0];
  for (let bin = 0; bin < BINS - 1; bin++) {
    g += histogram[start + bin * FIELDS]!;
    w += histogram[start + bin * FIELDS + 1]!;
    if (w < least) continue;
    if (allWeight - w < least) break;
    const gain = score(g, w, ridge) + score(allGradient - g, allWeight - w, ridge) - whole;
    if (gain > (best?.gain ?? 0)) best = { gain, column, bin };
  }
  return best;
}

const score = (g: number, w: number, ridge: number): number => (w + ridge > 0 ? (g * g) / (w + ridge) : 0);

function partition(bins: Uint8Array, rows: Int32Array, bin: number): [Int32Array, Int32Array] {
  return [rows.filter((row) => bins[row]! <= bin), rows.filter((row) => bins[row]! > bin)];
}
