/**
 * Grows one regression tree of a forest down to single rows, depth first, each split the best of some columns. A node looks at no more than
 * its own rows and the bins that these lie in, so that thousands of leaves cost little; `tree-growth.ts` keeps a histogram for each leaf,
 * which is right for the few of a boosted tree.
 */
import { BINS, type BinnedColumns } from "./tree-bins.js";
import type { Tree } from "./tree-growth.js";

export interface DeepTreeLimits {
  /** Weight of each leaf at least. */
  readonly minWeight: number;
  /** A split is the best of the first so many columns, in an order drawn anew for each, that can be split at all. */
  readonly columnsPerSplit: number;
  shuffle(columns: readonly number[]): readonly number[];
}

interface Split {
  readonly gain: number;
  readonly column: number;
  readonly bin: number;
}

/** A part of `rows`, from and up to, that one node has; `mean` of its targets, and how far they are from it, Σ weight · deviation². */
interface Part {
  readonly from: number;
  readonly to: number;
  readonly weight: number;
  readonly mean: number;
  readonly spread: number;
}

interface Growth {
  readonly data: BinnedColumns;
  readonly target: ArrayLike<number>;
  readonly weight: Float64Array;
  readonly limits: DeepTreeLimits;
  /** Numbers of the rows that count; each node's lie side by side. */
  readonly rows: Int32Array;
  readonly columns: readonly number[];
  /** By bin, 0 between uses. */
  readonly sums: Float64Array;
  readonly weights: Float64Array;
}

/** A spread below this share of the squared targets is rounding. */
const rounding = 1e-14;
/** Of columns that part the rows alike, up to rounding, the first is taken. */
const ties = 1 + 1e-9;

/** `target` and `weight` by row; rows of weight 0 are not there. A leaf's value is the weighted mean of its rows. */
export function growDeepTree(
  data: BinnedColumns,
  target: ArrayLike<number>,
  weight: Float64Array,
  limits: DeepTreeLimits,
): Tree {
  const rows = Int32Array.from({ length: data.rows }, (_, i) => i).filter((row) => weight[row]! > 0);
  const columns = data.bins.map((_, j) => j);
  const [sums, weights] = [new Float64Array(BINS), new Float64Array(BINS)];
  const growth: Growth = { data, target, weight, limits, rows, columns, sums, weights };
  const tree: Tree = { column: [], threshold: [], left: [], right: [], value: [] };
  const open = [{ node: addLeaf(tree), part: describePart(growth, 0, rows.length) }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, part } = next;
    tree.value[node] = part.mean;
    const split = bestSplit(growth, part);
    if (split === undefined) continue;
    const middle = partition(growth, part, split);
    tree.column[node] = split.column;
    tree.threshold[node] = data.edges[split.column]![split.bin]!;
    const left = addLeaf(tree);
    const right = addLeaf(tree);
    tree.left[node] = left;
    tree.right[node] = right;
    open.push(
      { node: right, part: describePart(growth, middle, part.to) },
      { node: left, part: describePart(growth, part.from, middle) },
    );
  }
  return tree;
}

function addLeaf({ column, threshold, left, right, value }: Tree): number {
  column.push(-1);
  threshold.push(0);
  left.push(-1);
  right.push(-1);
  return value.push(0) - 1;
}

function describePart({ rows, target, weight }: Growth, from: number, to: number): Part {
  let [total, sum] = [0, 0];
  for (let i = from; i < to; i++) {
    const row = rows[i]!;
    total += weight[row]!;
    sum += weight[row]! * target[row]!;
  }
  const mean = total > 0 ? sum / total : 0;
  let spread = 0;
  for (let i = from; i < to; i++) spread += weight[rows[i]!]! * (target[rows[i]!]! - mean) ** 2;
  return { from, to, weight: total, mean, spread };
}

function bestSplit(growth: Growth, part: Part): Split | undefined {
  const { limits, columns } = growth;
  if (part.weight < 2 * limits.minWeight || part.spread <= rounding * part.weight * part.mean ** 2) return undefined;
  let best: Split | undefined;
  let seen = 0;
  for (const column of limits.shuffle(columns)) {
    if (seen >= limits.columnsPerSplit) break;
    const split = bestSplitOf(growth, part, column);
    if (split !== undefined) seen++;
    if (split !== undefined && split.gain > (best?.gain ?? 0) * ties) best = split;
  }
  return best;
}

/** By how much a split lessens the spread: with targets as deviations from the node's mean, Σ² ÷ weight of both sides. */
function bestSplitOf(growth: Growth, part: Part, column: number): Split | undefined {
  const { sums, weights, limits } = growth;
  const [low, high] = fillBins(growth, part, column);
  let best: Split | undefined;
  let [sum, own] = [0, 0];
  for (let bin = low; bin < high; bin++) {
    if (weights[bin] === 0) continue;
    sum += sums[bin]!;
    own += weights[bin]!;
    const rest = part.weight - own;
    if (own < limits.minWeight) continue;
    if (rest < limits.minWeight) break;
    const gain = (sum * sum) / own + (sum * sum) / rest;
    if (best === undefined || gain > best.gain * ties) best = { gain, column, bin };
  }
  sums.fill(0, low, high + 1);
  weights.fill(0, low, high + 1);
  return best;
}

/** Least and highest bin of the part's rows. */
function fillBins({ data, rows, target, weight, sums, weights }: Growth, part: Part, column: number): [number, number] {
  const bins = data.bins[column]!;
  let [low, high] = [BINS - 1, 0];
  for (let i = part.from; i < part.to; i++) {
    const row = rows[i]!;
    const bin = bins[row]!;
    if (bin < low) low = bin;
    if (bin > high) high = bin;
    sums[bin] = sums[bin]! + weight[row]! * (target[row]! - part.mean);
    weights[bin] = weights[bin]! + weight[row]!;
  }
  return [low, high];
}

/** Moves the rows of the left child before those of the right one; where these begin. */
function partition({ data, rows }: Growth, { from, to }: Part, { column, bin }: Split): number {
  const bins = data.bins[column]!;
  let middle = from;
  for (let i = from; i < to; i++) {
    const row = rows[i]!;
    if (bins[row]! > bin) continue;
    rows[i] = rows[middle]!;
    rows[middle++] = row;
  }
  return middle;
}
