import assert from "node:assert/strict";
import { test } from "node:test";
import type { Outcome } from "../../measurements/index.js";
import { describeModels, type LookedAt } from "./report.js";

const ok = (latencyMs: number) => ({ status: "ok", latencyMs }) as Outcome;
const failure = { status: "failed", reason: "rejected", message: "no such operator" } as Outcome;

const looked = (latencyMs: number, sumMs: number, looks: LookedAt["looks"]): LookedAt => ({
  model: "m.onnx",
  file: "models/m.onnx",
  prediction: {
    ...{ latencyMs, sumMs, interval: { lowMs: 0.9 * latencyMs, highMs: 1.1 * latencyMs } },
    ...{ coverage: { kernels: 1 }, unpredicted: [] },
  },
  looks,
});
const circumstances = { platform: "a/cpu/b@1/fp32", date: "2026-11-29", intervalLevel: 0.9 };

test("predictions, sums and the second look are held against the first; what failed is told, not counted", () => {
  const report = describeModels(circumstances, [
    looked(10.4, 12, [ok(10), ok(10.8)]),
    looked(30, 20, [ok(20), ok(20)]),
    looked(1, 1, [ok(1), failure]),
  ]);
  assert.equal(report.n, 2);
  assert.deepEqual(report.failed, [{ model: "models/m.onnx", reason: "no such operator" }]);
  assert.equal(report.within5, 0.5);
  assert.equal(report.intervalCoverage, 0.5);
  assert.deepEqual(report.sum, { within5: 0.5, within10: 0.5 });
  assert.equal(report.noiseCeiling.within5, 0.5);
  assert.equal(report.noiseCeiling.within10, 1);
  assert.ok(Math.abs(report.noiseCeiling.medianDifference - 0.04) < 1e-9);
  assert.equal(report.models[1]!.error, 0.5);
});
