import assert from "node:assert/strict";
import { test } from "node:test";
import { scoreQuantile } from "./score-quantile.js";

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

test("many own scores: the conformal point, widened by what the choice of the mixture cost", () => {
  assert.ok(Math.abs(scoreQuantile(upTo(999), [], 0.9) - 900 * (1 + 1 / 999)) < 1e-9);
});

test("few own scores borrow from the others, with a limited weight", () => {
  const alone = scoreQuantile([1, 1, 1], [], 0.9);
  assert.ok(scoreQuantile([1, 1, 1], upTo(100), 0.9) > alone);
  const own = Array.from({ length: 1000 }, () => 1);
  assert.ok(scoreQuantile(own, upTo(100), 0.9) < 1.01);
});

test("a higher level is never narrower; without any score nothing is known", () => {
  const levels = [0.5, 0.8, 0.9, 0.95, 0.99].map((level) => scoreQuantile(upTo(20), upTo(30), level));
  assert.deepEqual(
    levels,
    [...levels].sort((a, b) => a - b),
  );
  assert.equal(scoreQuantile([], [], 0.9), Number.POSITIVE_INFINITY);
});
