import assert from "node:assert/strict";
import { test } from "node:test";
import { fusionRules } from "../kernels/index.js";
import { kernelRows, repeatsOf } from "./kernel-rows.js";
import type { Measurement } from "./measurement.js";

const measured = (h: number, latencyMs: number, method?: "reference"): Measurement => ({
  platform: "here/cpu/engine@1/fp32",
  subject: { kind: "kernel", type: "relu", config: { h } },
  outcome: { status: "ok", latencyMs, spread: 0, runs: 3, sessions: 1 },
  protocol: {
    name: "quick",
    method,
    warmup: 1,
    maxMs: 10,
    sessions: 1,
    kernelsPerModel: 8,
    tolerance: 0,
    maxSpread: 1,
  },
  conditions: { cpu: "a", cores: 8, loadBefore: 0, loadAfter: 0, node: "20", engineVersion: "1" },
  session: "s",
  at: "2026-01-01T00:00:00.000Z",
});

test("one row a config, the median of its measurements; failures and zeros are none", () => {
  const failed: Measurement = { ...measured(9, 1), outcome: { status: "failed", reason: "crash", message: "" } };
  const [rows] = kernelRows([1, 2, 9].map((ms) => measured(1, ms, "reference")).concat([measured(2, 0), failed]));
  assert.deepEqual(rows, { type: "relu", configs: [{ h: 1 }], latenciesMs: [2] });
});

test("what was measured by the old method counts only where nothing else is, and then the latest", () => {
  const [rows] = kernelRows([measured(1, 7), measured(1, 3, "reference"), measured(2, 5), measured(2, 6)]);
  assert.deepEqual(rows!.latenciesMs, [3, 6]);
});

test("what repeats is held against the median of its others; what was measured once tells nothing", () => {
  const again = [1, 1.05, 2].map((ms) => measured(1, ms, "reference"));
  // 1 against 1.5, 1.05 against 1.5, 2 against 1.025.
  const { kernels, medianDifference, within10 } = repeatsOf([...again, measured(2, 1, "reference")])!;
  assert.equal(kernels, 1);
  assert.ok(Math.abs(medianDifference - 0.4875) < 1e-9 && within10 === 0, `${medianDifference} ${within10}`);
  assert.equal(repeatsOf([measured(1, 1, "reference"), measured(1, 1)]), undefined);
});

test("given the platform's rules, a kernel measured alone counts as what was run; one timed in a network is itself", () => {
  const config = { c: 64, h: 28, w: 28, outH: 56, outW: 56, mode: "nearest" };
  const alone: Measurement = { ...measured(1, 4, "reference"), subject: { kind: "kernel", type: "resize", config } };
  const still = { perm: "0321", d0: 88, d1: 144, d2: 1, d3: 1, d4: 1 };
  const nothing: Measurement = { ...alone, subject: { kind: "kernel", type: "transpose", config: still } };
  const all = [alone, { ...alone, purpose: "in-model" } as const, nothing];
  const types = (rules?: Parameters<typeof kernelRows>[1]) => kernelRows(all, rules).map(({ type }) => type);
  assert.deepEqual(types(fusionRules("onnxruntime", { nchwcBlock: 8 })), ["resize", "resize-plain"]);
  assert.deepEqual(types(), ["resize", "transpose"]);
});
