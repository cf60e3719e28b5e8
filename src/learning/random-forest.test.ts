import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../base/index.js";
import { trainRandomForest } from "./random-forest.js";

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
