import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../base/index.js";
import type { Matrix } from "./learner.js";
import { nonNegativeLeastSquares, ridgeRegression } from "./least-squares.js";

const matrix = (rows: number[][]): Matrix => ({
  rows: rows.length,
  columns: rows[0]!.length,
  values: Float64Array.from(rows.flat()),
});

function close(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-8): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((e, i) => {
    assert.ok(Math.abs(actual[i]! - e) <= tolerance * (1 + Math.abs(e)), `${i}: ${actual[i]} is not ${e}`);
  });
}

test("non-negative least squares finds an exact non-negative solution, whatever the columns' magnitude", () => {
  const random = createRandom(1);
  const rows = Array.from({ length: 40 }, () => [1, random.next() * 1e9, random.next() * 1e6]);
  const y = rows.map(([a, b, c]) => 0.25 * a! + 3e-9 * b! + 2e-7 * c!);
  close(nonNegativeLeastSquares(matrix(rows), y), [0.25, 3e-9, 2e-7], 1e-6);
});

test("non-negative least squares sets to 0 what would be negative, and refits the rest", () => {
  // y = 2a − b: by hand, with b left out, c = Σay/Σa² = (2·1 + 1·1) / (1 + 1)
  const x = matrix([
    [1, 0],
    [1, 1],
  ]);
  close(nonNegativeLeastSquares(x, [2, 1]), [1.5, 0]);
});

test("non-negative least squares satisfies the optimality conditions on random problems", () => {
  const random = createRandom(2);
  for (let trial = 0; trial < 20; trial++) {
    const rows = Array.from({ length: 12 }, () => Array.from({ length: 6 }, () => random.normal()));
    const y = rows.map(() => random.normal());
    const weights = rows.map(() => random.next() + 0.1);
    const c = nonNegativeLeastSquares(matrix(rows), y, weights);
    for (let j = 0; j < 6; j++) {
      const gradient = rows.reduce(
        (total, row, i) => total + weights[i]! * row[j]! * (y[i]! - row.reduce((s, v, k) => s + v * c[k]!, 0)),
        0,
      );
      assert.ok(c[j]! >= 0);
      assert.ok(c[j]! > 0 ? Math.abs(gradient) < 1e-7 : gradient < 1e-7, `${trial}/${j}: ${c[j]} ${gradient}`);
    }
  }
});

test("weights count rows", () => {
  const once = ridgeRegression(matrix([[0], [1], [1]]), [0, 1, 3], { weights: [1, 2, 1] });
  const repeated = ridgeRegression(matrix([[0], [1], [1], [1]]), [0, 1, 1, 3]);
  close([once.intercept, ...once.coefficients], [repeated.intercept, ...repeated.coefficients]);
});

test("ridge regression is least squares without penalty, and its prior with an endless one", () => {
  const x = matrix([
    [1, 2],
    [2, 1],
    [3, 5],
    [4, 3],
  ]);
  const y = [1, 2, 3, 4].map((_, i) => 7 + 2 * x.values[2 * i]! - 3 * x.values[2 * i + 1]!);
  const exact = ridgeRegression(x, y);
  close([exact.intercept, ...exact.coefficients], [7, 2, -3]);
  close(ridgeRegression(x, y, { penalty: 1e12, prior: [1, 0.5] }).coefficients, [1, 0.5], 1e-6);
});

test("ridge regression by hand: one column, no intercept", () => {
  // (Σx² + λ) c = Σxy: (5 + 5) c = 10
  close(ridgeRegression(matrix([[1], [2]]), [2, 4], { penalty: 5, intercept: false }).coefficients, [1]);
});

test("a set that is empty, ragged or not finite is refused", () => {
  assert.throws(() => ridgeRegression({ rows: 0, columns: 2, values: new Float64Array(0) }, []), { code: "no-data" });
  assert.throws(() => ridgeRegression(matrix([[1]]), [1, 2]), { code: "invalid-table" });
  assert.throws(() => ridgeRegression(matrix([[Number.NaN]]), [1]), {
    code: "invalid-table",
    message: /row 0, column 0/,
  });
});
