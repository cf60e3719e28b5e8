import assert from "node:assert/strict";
import { test } from "node:test";
import { describeCases, judgeCase } from "./report.js";

const prediction = (latencyMs: number, factor: number, kernels = 1) => ({
  latencyMs,
  interval: { lowMs: latencyMs / factor, highMs: latencyMs * factor },
  coverage: { kernels },
});
const took = (latencyMs: number) => ({ latencyMs });

test("near, inside an interval that is not too wide, off, refused by one or both", () => {
  const verdict = (one: Parameters<typeof judgeCase>[0]) => judgeCase(one).verdict;
  assert.equal(verdict({ model: "a", prediction: prediction(1, 1.1), measured: took(1.4) }), "near");
  assert.equal(verdict({ model: "a", prediction: prediction(1, 2.5), measured: took(2.4) }), "inside");
  assert.equal(verdict({ model: "a", prediction: prediction(1, 4), measured: took(2.4) }), "off");
  assert.equal(verdict({ model: "a", prediction: prediction(1, 2), measured: took(2.4) }), "off");
  assert.equal(verdict({ model: "a", refused: "no", measured: { failed: "no" } }), "both-refuse");
  assert.equal(verdict({ model: "a", refused: "no", measured: took(1) }), "refused");
  assert.equal(verdict({ model: "a", prediction: prediction(1, 2), measured: { failed: "no" } }), "unmeasured");
});

test("shares inside the intervals, of all and of those that no predictor covers wholly", () => {
  const report = describeCases({ platform: "here", date: "" }, [
    { model: "a", prediction: prediction(1, 1.1), measured: took(1) },
    { model: "b", prediction: prediction(1, 2.5, 0.5), measured: took(2) },
    { model: "c", prediction: prediction(1, 2, 0.5), measured: took(5) },
  ]);
  assert.equal(report.intervalCoverage, 2 / 3);
  assert.deepEqual(report.uncoveredInside, { n: 2, share: 0.5 });
  assert.equal(report.counts.near, 1);
});
