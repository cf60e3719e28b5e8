import assert from "node:assert/strict";
import { test } from "node:test";
import { intervalCoverage, latencyMetrics, spearman } from "./metrics.js";

test("errors worked out by hand; the ends of the bands count", () => {
  const m = latencyMetrics([1.05, 1.8, 3, 4.6], [1, 2, 3, 4]);
  assert.equal(m.n, 4);
  assert.ok(Math.abs(m.mape - (0.05 + 0.1 + 0 + 0.15) / 4) < 1e-12);
  assert.equal(m.within5, 0.5);
  assert.equal(m.within10, 0.75);
  assert.ok(Math.abs(m.rmseMs - Math.sqrt((0.05 ** 2 + 0.2 ** 2 + 0.6 ** 2) / 4)) < 1e-12);
  assert.equal(m.spearman, 1);
});

test("rank correlation: monotone, reversed, ties share their rank", () => {
  assert.equal(spearman([1, 2, 3], [10, 100, 1000]), 1);
  assert.equal(spearman([1, 2, 3], [3, 2, 1]), -1);
  assert.ok(Math.abs(spearman([1, 1, 2], [1, 2, 3]) - 0.8660254) < 1e-6);
  assert.ok(Number.isNaN(spearman([1], [1])));
});

test("coverage counts what lies inside, ends included", () => {
  const intervals = [
    { lowMs: 1, highMs: 2 },
    { lowMs: 1, highMs: 2 },
  ];
  assert.equal(intervalCoverage(intervals, [2, 2.1]), 0.5);
});
