import assert from "node:assert/strict";
import { test } from "node:test";
import { intervalCoverage, intervalWidth, kendall, latencyMetrics, spearman } from "./metrics.js";

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

test("Kendall's tau: by hand, and against all pairs with ties", () => {
  assert.equal(kendall([1, 2, 3], [10, 100, 1000]), 1);
  assert.equal(kendall([1, 2, 3], [3, 2, 1]), -1);
  assert.ok(Math.abs(kendall([1, 2, 3, 4], [1, 3, 2, 4]) - 4 / 6) < 1e-12);
  const a = Array.from({ length: 60 }, (_, i) => (i * 37) % 11);
  const b = Array.from({ length: 60 }, (_, i) => (i * 53) % 13);
  let [agree, x, y] = [0, 0, 0];
  for (let i = 0; i < 60; i++)
    for (let j = 0; j < i; j++) {
      agree += Math.sign(a[i]! - a[j]!) * Math.sign(b[i]! - b[j]!);
      x += Number(a[i] !== a[j]);
      y += Number(b[i] !== b[j]);
    }
  assert.ok(Math.abs(kendall(a, b) - agree / Math.sqrt(x * y)) < 1e-12);
});

test("width of an interval is relative to its middle", () => {
  assert.ok(Math.abs(intervalWidth([{ lowMs: 0.9, highMs: 1.1 }]) - 0.2) < 1e-12);
});

test("coverage counts what lies inside, ends included", () => {
  const intervals = [
    { lowMs: 1, highMs: 2 },
    { lowMs: 1, highMs: 2 },
  ];
  assert.equal(intervalCoverage(intervals, [2, 2.1]), 0.5);
});
