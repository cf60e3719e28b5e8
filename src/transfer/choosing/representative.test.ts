import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../../base/index.js";
import { tableOf } from "../process/columns.js";
import { largeRows, largeShare, representativeRows } from "./representative.js";

/** Three clusters of 30 points around 0, 10 and 20. */
const clusters = () => {
  const random = createRandom(3);
  return tableOf(Array.from({ length: 90 }, (_, i) => [10 * Math.floor(i / 30) + random.normal(), random.normal()]));
};
const clusterOf = (row: number) => Math.floor(row / 30);

test("one of each cluster, and never the same row twice", () => {
  const rows = representativeRows(clusters(), 3, 1);
  assert.deepEqual(rows.map(clusterOf).sort(), [0, 1, 2]);
  const many = representativeRows(clusters(), 50, 1);
  assert.equal(new Set(many).size, 50);
});

test("what is taken counts: the next rows come from where nothing is", () => {
  const rows = representativeRows(clusters(), 1, 1, [0, 5, 35, 40]);
  assert.deepEqual(rows.map(clusterOf), [2]);
});

test("the same seed gives the same rows; all rows when more are asked for than there are", () => {
  assert.deepEqual(representativeRows(clusters(), 10, 7), representativeRows(clusters(), 10, 7));
  assert.equal(representativeRows(clusters(), 200, 7, [1, 2]).length, 88);
  assert.deepEqual(representativeRows(clusters(), 2, 1, [], { allowed: (row) => row < 1 }), [0]);
  assert.deepEqual(representativeRows(clusters(), 0, 1), []);
});

test("identical rows and no columns at all still give distinct rows", () => {
  const alike = tableOf(Array.from({ length: 8 }, () => [1, 1]));
  assert.equal(new Set(representativeRows(alike, 4, 1)).size, 4);
  const empty = { rows: 6, columns: 0, values: new Float64Array(0) };
  assert.equal(new Set(representativeRows(empty, 3, 1)).size, 3);
});

test("large rows are drawn by size, none twice, none that is taken", () => {
  const sizes = Float64Array.from({ length: 100 }, (_, i) => (i < 90 ? 0.001 : 10));
  const rows = largeRows(sizes, 5, 1, [95]);
  assert.equal(new Set(rows).size, 5);
  assert.ok(rows.every((row) => row >= 90 && row !== 95));
  assert.deepEqual(largeRows(sizes, 5, 1, [95]), rows);
  assert.deepEqual(largeRows(new Float64Array(3), 2, 1, []), []);
});

test("the share drawn by size grows with what the largest configs hold", () => {
  assert.ok(Math.abs(largeShare(new Float64Array(100).fill(3)) - 0.02) < 1e-12);
  const heavy = Float64Array.from({ length: 100 }, (_, i) => (i === 7 ? 900 : 1));
  assert.ok(largeShare(heavy) > 0.35 && largeShare(heavy) < 0.4);
  assert.equal(largeShare(new Float64Array(0)), 0);
});
