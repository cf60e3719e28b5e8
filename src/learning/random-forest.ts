/**
 * Random forests (Breiman, 2001) on binned columns: each tree is grown on a draw of the rows with replacement, each split sees some of the
 * columns, the trees' mean is the prediction. Bins and predictions are those of the boosted trees, which is why this is no library.
 */
import { createRandom, LitepredError } from "../base/index.js";
import { descend, type Forest, flatten } from "./boosted-trees.js";
import { growDeepTree } from "./deep-tree.js";
import type { Matrix, TrainingSet } from "./learner.js";
import { requireColumns, requireTrainingSet } from "./standardise.js";
import { binColumns } from "./tree-bins.js";
import type { Tree } from "./tree-growth.js";

export interface RandomForestOptions {
  /** Default 100. */
  readonly trees?: number;
  /** Columns that a split may use, default all. */
  readonly columnsPerSplit?: number;
  /** Rows of a leaf at least, default 1. */
  readonly minRows?: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

export interface RandomForest {
  predict(x: Matrix): Float64Array;
}

export function trainRandomForest({ x, y, weights }: TrainingSet, options: RandomForestOptions): RandomForest {
  requireTrainingSet(x, y, weights);
  const { trees: count = 100, columnsPerSplit = x.columns, minRows = 1, seed, signal } = options;
  const random = createRandom(seed);
  const data = binColumns(x);
  const limits = { minWeight: minRows, columnsPerSplit, shuffle: random.shuffle };
  const trees: Tree[] = [];
  for (let t = 0; t < count; t++) {
    if (signal?.aborted) throw new LitepredError("interrupted", "training was interrupted");
    const weight = drawnTimes(x.rows, random.integer).map((times, i) => times * (weights?.[i] ?? 1));
    trees.push(growDeepTree(data, y, weight, limits));
  }
  return createForest(x.columns, flatten(trees));
}

/** How often each row is drawn in as many draws as there are rows. */
function drawnTimes(rows: number, integer: (limit: number) => number): Float64Array {
  const times = new Float64Array(rows);
  for (let i = 0; i < rows; i++) times[integer(rows)]!++;
  return times;
}

function createForest(inputs: number, forest: Forest): RandomForest {
  return {
    predict(x) {
      requireColumns(x, inputs);
      return Float64Array.from({ length: x.rows }, (_, row) => {
        let total = 0;
        for (const root of forest.roots) total += descend(forest, root, x.values, row * inputs);
        return total / forest.roots.length;
      });
    },
  };
}
