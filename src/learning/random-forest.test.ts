import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../base/index.js";
import { descend, flatten } from "./boosted-trees.js";
import { growDeepTree } from "./deep-tree.js";
import { trainRandomForest } from "./random-forest.js";
import { binColumns } from "./tree-bins.js";

const matrix = (rows: readonly (readonly number[])[]) => ({
  rows: rows.length,
  columns: rows[0]!.length,
  values: Float64Array.from(rows.flat()),
});

test("a step is found where it is, whatever the other column says", () => {
  const random = createRandom(1);
  const rows = Array.from({ length: 200 }, (_, i) => [i / 200, random.next()]);
  const y = rows.map(([x]) => (x! < 0.5 ? 1 : 3));
  const forest = trainRandomForest({ x: matrix(rows), y }, { seed: 1, trees: 30 });
  const [low, high] = forest.predict(
    matrix([
      [0.2, 0.9],
      [0.8, 0.1],
    ]),
  );
  assert.ok(Math.abs(low! - 1) < 1e-9 && Math.abs(high! - 3) < 1e-9);
});

test("of rows that are all alike, the mean over trees is the mean of the targets, up to its bootstrap error", () => {
  const y = Array.from({ length: 400 }, (_, i) => i % 4);
  const x = matrix(y.map(() => [1]));
  const [predicted] = trainRandomForest({ x, y }, { seed: 3, trees: 400 }).predict(matrix([[1]]));
  // The deviation of a mean of 400 draws of deviation √1.25 is 0.056; of the mean of 400 of these, 0.0028.
  assert.ok(Math.abs(predicted! - 1.5) < 4 * 0.0028, `${predicted}`);
});

test("the same seed gives the same forest, another one another", () => {
  const random = createRandom(2);
  const rows = Array.from({ length: 60 }, () => [random.next(), random.next(), random.next()]);
  const y = rows.map(([a, b]) => a! * b!);
  const predict = (seed: number) =>
    Array.from(trainRandomForest({ x: matrix(rows), y }, { seed, trees: 5, columnsPerSplit: 2 }).predict(matrix(rows)));
  assert.deepEqual(predict(1), predict(1));
  assert.notDeepEqual(predict(1), predict(2));
});

function halfway(values: readonly number[]): number[] {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  return sorted.slice(1).map((value, k) => (value + sorted[k]!) / 2);
}

/** Every split of every column tried, by sums of squares alone: what one tree without a draw has to be. */
function exhaustive(
  rows: readonly (readonly number[])[],
  y: readonly number[],
  thresholds: readonly (readonly number[])[],
): (row: readonly number[]) => number {
  const mean = y.reduce((a, b) => a + b, 0) / y.length;
  const squares = (part: readonly number[]) => {
    const middle = part.reduce((a, b) => a + b, 0) / part.length;
    return part.reduce((sum, v) => sum + (v - middle) ** 2, 0);
  };
  let best = { left: squares(y) - 1e-9, column: -1, threshold: 0 };
  for (const [column, own] of thresholds.entries())
    for (const threshold of own) {
      const side = (low: boolean) => y.filter((_, i) => rows[i]![column]! <= threshold === low);
      if (side(true).length === 0 || side(false).length === 0) continue;
      const left = squares(side(true)) + squares(side(false));
      if (left < best.left - 1e-9) best = { left, column, threshold };
    }
  if (best.column < 0) return () => mean;
  const grow = (low: boolean) => {
    const own = rows.flatMap((row, i) => (row[best.column]! <= best.threshold === low ? [i] : []));
    return exhaustive(
      own.map((i) => rows[i]!),
      own.map((i) => y[i]!),
      thresholds,
    );
  };
  const [lower, upper] = [grow(true), grow(false)];
  return (row) => (row[best.column]! <= best.threshold ? lower : upper)(row);
}

test("a tree is that of a search over every split of every column", () => {
  const random = createRandom(5);
  const rows = Array.from({ length: 40 }, () => [random.integer(12), random.integer(7), random.next()]);
  const y = rows.map(([a, b, c]) => 0.3 * a! ** 2 + a! * b! + c! + 100);
  const data = binColumns(matrix(rows));
  const all = { minWeight: 1, columnsPerSplit: 3, shuffle: (columns: readonly number[]) => columns };
  const forest = flatten([growDeepTree(data, y, new Float64Array(40).fill(1), all)]);
  const reference = exhaustive(
    rows,
    y,
    [0, 1, 2].map((column) => halfway(rows.map((row) => row[column]!))),
  );
  const probes = Array.from({ length: 200 }, () => [random.integer(12), random.integer(7), random.next()]);
  for (const probe of [...rows, ...probes]) {
    const found = descend(forest, 0, Float64Array.from(probe), 0);
    assert.ok(Math.abs(found - reference(probe)) < 1e-9, `${probe}: ${found} ${reference(probe)}`);
  }
});

test("leaves have as many rows as asked for, drawn rows counted as often as drawn", () => {
  const rows = Array.from({ length: 30 }, (_, i) => [i]);
  const y = rows.map(([x]) => x! ** 2);
  const weight = Float64Array.from(rows, (_, i) => i % 3);
  const limits = { minWeight: 5, columnsPerSplit: 1, shuffle: (columns: readonly number[]) => columns };
  const tree = growDeepTree(binColumns(matrix(rows)), y, weight, limits);
  const forest = flatten([tree]);
  const leafOf = (x: number) => descend(forest, 0, Float64Array.of(x), 0);
  const weights = new Map<number, number>();
  for (const [i, [x]] of rows.entries()) weights.set(leafOf(x!), (weights.get(leafOf(x!)) ?? 0) + weight[i]!);
  assert.ok(weights.size > 3);
  for (const total of weights.values()) assert.ok(total >= 5, `${total}`);
});
