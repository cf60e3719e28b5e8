/** Gradient-boosted regression trees on histograms; synchronous, deterministic for a seed. */
import { createRandom, LitepredError } from "../base/index.js";
import type { LearnerState, Matrix, StateArray, TrainedModel, TrainingSet, TrainOptions } from "./learner.js";
import { requireColumns, requireTrainingSet, toMeanOne } from "./standardise.js";
import { binColumns } from "./tree-bins.js";
import { type GrownTree, growTree, type Tree } from "./tree-growth.js";

export interface BoostedTreesOptions extends TrainOptions {
  /** Default "l2". With "l1" each leaf's value is the median of its residuals. */
  readonly loss?: "l1" | "l2";
  /** Trees, default 300. */
  readonly rounds?: number;
  /** Default 0.1. */
  readonly learningRate?: number;
  /** Leaves of a tree, default 15. */
  readonly leaves?: number;
  /** Rows of a leaf at least, counted by their weights (of mean 1); default 5. */
  readonly minRows?: number;
  /** Share of the columns that each tree may use, default 0.8. */
  readonly columnShare?: number;
}

export function trainBoostedTrees(set: TrainingSet, options: BoostedTreesOptions): TrainedModel {
  const { x, y, weights } = set;
  requireTrainingSet(x, y, weights);
  const { loss = "l2", rounds = 300, learningRate = 0.1, leaves = 15, minRows = 5, columnShare = 0.8 } = options;
  const data = binColumns(x);
  const weight = toMeanOne(weights ?? new Float64Array(x.rows).fill(1));
  const target = Float64Array.from(y);
  const all = Int32Array.from({ length: x.rows }, (_, i) => i);
  const start = centre(loss, target, weight, all);
  const predicted = new Float64Array(x.rows).fill(start);
  const random = createRandom(options.seed);
  const trees: Tree[] = [];
  for (let round = 1; round <= rounds; round++) {
    if (options.signal?.aborted) throw new LitepredError("interrupted", "training was interrupted");
    const residual = target.map((value, i) => value - predicted[i]!);
    const gradient = residual.map((r, i) => -weight[i]! * (loss === "l1" ? Math.sign(r) : r));
    const columns = pickColumns(x.columns, columnShare, random.shuffle);
    const grown = growTree(data, gradient, weight, columns, { leaves, minWeight: minRows, ridge: 1e-3 });
    settleLeaves(grown, loss, learningRate, residual, weight);
    for (const [node, rows] of grown.leaves) for (const row of rows) predicted[row]! += grown.tree.value[node]!;
    trees.push(grown.tree);
    options.onProgress?.({ epoch: round, epochs: rounds, loss: meanLoss(loss, target, predicted, weight) });
  }
  return createModel({ inputs: x.columns, start, trees: flatten(trees) });
}

function pickColumns(count: number, share: number, shuffle: (items: readonly number[]) => number[]): number[] {
  const all = Array.from({ length: count }, (_, j) => j);
  if (share >= 1) return all;
  return shuffle(all)
    .slice(0, Math.max(1, Math.ceil(share * count)))
    .sort((a, b) => a - b);
}

/** The constant of least loss: weighted mean, or weighted median. */
function centre(loss: "l1" | "l2", values: Float64Array, weight: Float64Array, rows: Int32Array): number {
  const order = loss === "l1" ? Int32Array.from(rows).sort((a, b) => values[a]! - values[b]!) : rows;
  let total = 0;
  let sum = 0;
  for (const row of order) {
    total += weight[row]!;
    sum += weight[row]! * values[row]!;
  }
  if (loss === "l2") return total > 0 ? sum / total : 0;
  let passed = 0;
  for (const row of order) {
    passed += weight[row]!;
    if (passed >= total / 2) return values[row]!;
  }
  return 0;
}

function settleLeaves(
  { tree, leaves }: GrownTree,
  loss: "l1" | "l2",
  learningRate: number,
  residual: Float64Array,
  weight: Float64Array,
): void {
  for (const [node, rows] of leaves) {
    const value = loss === "l1" ? centre(loss, residual, weight, rows) : tree.value[node]!;
    tree.value[node] = learningRate * value;
  }
}

function meanLoss(loss: "l1" | "l2", target: Float64Array, predicted: Float64Array, weight: Float64Array): number {
  let total = 0;
  let sum = 0;
  for (let i = 0; i < target.length; i++) {
    const error = Math.abs(target[i]! - predicted[i]!);
    total += weight[i]!;
    sum += weight[i]! * (loss === "l1" ? error : error * error);
  }
  return sum / total;
}

/** All trees' nodes in one list; children are numbered in it, and `roots` starts each tree. */
export interface Forest {
  readonly roots: Int32Array;
  readonly column: Int32Array;
  readonly threshold: Float64Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly value: Float64Array;
}

export function flatten(trees: readonly Tree[]): Forest {
  const roots: number[] = [];
  let size = 0;
  for (const { column } of trees) {
    roots.push(size);
    size += column.length;
  }
  const children = (side: "left" | "right") =>
    Int32Array.from(trees.flatMap((tree, t) => tree[side].map((child) => (child < 0 ? -1 : child + roots[t]!))));
  return {
    roots: Int32Array.from(roots),
    column: Int32Array.from(trees.flatMap((tree) => tree.column)),
    threshold: Float64Array.from(trees.flatMap((tree) => tree.threshold)),
    left: children("left"),
    right: children("right"),
    value: Float64Array.from(trees.flatMap((tree) => tree.value)),
  };
}

interface Content {
  readonly inputs: number;
  readonly start: number;
  readonly trees: Forest;
}

function createModel({ inputs, start, trees }: Content): TrainedModel {
  return {
    inputs,
    async predict(x: Matrix) {
      requireColumns(x, inputs);
      return Float64Array.from({ length: x.rows }, (_, row) => {
        let total = start;
        for (const root of trees.roots) total += descend(trees, root, x.values, row * inputs);
        return total;
      });
    },
    toState: () => ({
      learner: "boosted-trees",
      version: 1,
      settings: { inputs, start },
      arrays: Object.fromEntries(
        Object.entries(trees).map(([name, values]: [string, StateArray["values"]]) => [
          name,
          { shape: [values.length], values },
        ]),
      ),
    }),
    async release() {},
  };
}

export function descend(
  { column, threshold, left, right, value }: Forest,
  root: number,
  x: Matrix["values"],
  row: number,
): number {
  let node = root;
  while (column[node]! >= 0) node = x[row + column[node]!]! <= threshold[node]! ? left[node]! : right[node]!;
  return value[node]!;
}

/** @throws LitepredError "corrupt-artefact" when nodes lead anywhere but forward to nodes. */
export function loadBoostedTrees({ settings, arrays }: LearnerState): TrainedModel {
  const array = (name: string): StateArray["values"] => {
    const values = arrays[name]?.values;
    if (values?.every(Number.isFinite)) return values;
    throw new LitepredError("corrupt-artefact", `state of boosted trees: ${name} is missing or not finite`);
  };
  const { inputs, start } = settings;
  const trees: Forest = {
    roots: Int32Array.from(array("roots")),
    column: Int32Array.from(array("column")),
    threshold: Float64Array.from(array("threshold")),
    left: Int32Array.from(array("left")),
    right: Int32Array.from(array("right")),
    value: Float64Array.from(array("value")),
  };
  if (typeof inputs !== "number" || typeof start !== "number" || !isForest(trees, inputs))
    throw new LitepredError("corrupt-artefact", "state of boosted trees: its nodes do not make trees");
  return createModel({ inputs, start, trees });
}

function isForest({ roots, column, threshold, left, right, value }: Forest, inputs: number): boolean {
  const size = column.length;
  const isChild = (child: number, parent: number) => child > parent && child < size;
  return (
    [threshold, left, right, value].every(({ length }) => length === size) &&
    roots.every((root) => root >= 0 && root < size) &&
    column.every((c, i) => c < 0 || (c < inputs && isChild(left[i]!, i) && isChild(right[i]!, i)))
  );
}
