import assert from "node:assert/strict";
import { test } from "node:test";
import { enoughRuns, estimate, quietest, spreadOf, summarise } from "../engines/index.js";
import { noiseOf } from "./anchor.js";
import { protocol, protocols } from "./protocol.js";

const tenRuns = [10, 1, 2, 3, 4, 5, 6, 7, 8, 9];

test("estimators, by hand", () => {
  assert.equal(estimate(tenRuns, "min"), 1);
  assert.equal(estimate(tenRuns, "p10"), 1.9);
  assert.equal(estimate(tenRuns, "p25"), 3.25);
  assert.equal(estimate(tenRuns, "median"), 5.5);
  assert.equal(estimate(tenRuns, "midmean"), 5.5);
  assert.deepEqual(tenRuns[0], 10, "the input keeps its order");
});

test("a session stops at its run count, its time limit, or a tight estimate, and not before three runs", () => {
  const plan = { warmup: 0, runs: 20, maxMs: 100, tolerance: 0.01 };
  const same = (count: number) => new Array<number>(count).fill(5);
  assert.equal(enoughRuns(same(2), 1e6, plan), false);
  assert.equal(enoughRuns(same(3), 1e6, plan), true);
  assert.equal(enoughRuns(same(9), 50, plan), false);
  assert.equal(enoughRuns(same(10), 50, plan), true);
  assert.equal(enoughRuns(same(10), 50, { ...plan, tolerance: 0 }), false);
  assert.equal(enoughRuns([1, 9, 2, 8, 3, 7, 4, 6, 5, 1], 50, plan), false);
  assert.equal(enoughRuns(same(20), 50, { ...plan, tolerance: 0 }), true);
  // Disturbed runs do not count, but they are not waited for without end.
  assert.equal(enoughRuns(same(2), 1000, plan, 30), false);
  assert.equal(enoughRuns(same(2), 1e6, plan, 30), true);
});

test("the quietest sessions are kept", () => {
  assert.deepEqual(
    quietest([5, 1, 1.1, 9], (x) => x, 3),
    [1, 1.1, 5],
  );
});

test("spread is the range over the median", () => {
  assert.equal(spreadOf([2, 4, 3]), 2 / 3);
  assert.equal(spreadOf([7]), 0);
});

test("an outcome is the lower quartile of the quietest sessions' estimates", () => {
  const standard = { ...protocols.standard, estimator: "min" as const };
  const outcome = summarise(
    [
      [2, 3],
      [10, 11],
      [2.2, 9],
      [2.4, 2.5],
    ],
    standard,
  );
  assert.equal(outcome.status, "ok");
  if (outcome.status !== "ok") return;
  assert.ok(Math.abs(outcome.latencyMs - 2.1) < 1e-12);
  assert.equal(outcome.sessions, 3);
  assert.equal(outcome.runs, 6);
  assert.equal(outcome.minMs, 2.2);
  assert.ok(Math.abs(outcome.spread - 0.4 / 2.2) < 1e-12);
});

test("runs that mostly took no time at all have a spread that can be stored", () => {
  const outcome = summarise([[0, 0, 0, 0.01]], { ...protocols.quick, sessions: 1 });
  assert.ok(outcome.status === "ok" && outcome.spread === 0);
});

test("protocols are found by name", () => {
  assert.equal(protocol("careful"), protocols.careful);
  assert.throws(() => protocol("sloppy"), { code: "unknown-name", hint: /quick/ });
});

test("noise compares all pairs of sessions", () => {
  const noise = noiseOf([1, 1.04, 2]);
  assert.ok(Math.abs(noise.within5 - 1 / 3) < 1e-12);
  assert.ok(Math.abs(noise.medianDifference - (2 / 1.04 - 1)) < 1e-12);
});
