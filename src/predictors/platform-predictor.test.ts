import assert from "node:assert/strict";
import { test } from "node:test";
import { fusionRules } from "../kernels/index.js";
import { noCorrection } from "./correction.js";
import { createPlatformPredictor } from "./platform-predictor.js";
import type { KernelPredictor } from "./types.js";

const heldOut = { n: 10, mape: 0.02, within5: 0.9, within10: 1, rmseMs: 0.01 };
let calls = 0;
const fake: KernelPredictor = {
  type: "softmax",
  recipe: "default",
  samples: 10,
  heldOut,
  predict: async (configs) => {
    calls++;
    return Float64Array.from(configs, (config) => Number(config.rows) / 100);
  },
  outOfRange: (config) => (Number(config.rows) > 1000 ? "rows is outside" : undefined),
  toState: () => assert.fail("not asked for"),
  release: async () => {},
};
const predictor = createPlatformPredictor({
  platform: "here/cpu/test/fp32",
  kernels: new Map([["softmax", fake]]),
  rules: fusionRules("generic"),
  correction: noCorrection,
  general: [0.002, 0, 1, 0],
  callMs: 0,
});
const softmax = (rows: number) => ({
  name: `s${rows}`,
  type: "softmax",
  config: { rows, columns: 100_000, inner: 1, operator: "softmax" },
  flops: rows * 50,
  params: 0,
  nodes: [`n${rows}`],
});

test("the latency is the sum over kernels, in the order of the models; each config is computed once", async () => {
  calls = 0;
  const [a, b] = await predictor.predictAll([
    { kernels: [softmax(100), softmax(200)] },
    { kernels: [softmax(200), softmax(200)] },
  ]);
  assert.equal(a?.latencyMs, 3);
  assert.equal(b?.latencyMs, 4);
  assert.equal(calls, 1);
  assert.deepEqual(a?.coverage, { kernels: 1, flops: 1 });
  assert.deepEqual(a?.unpredicted, []);
});

test("a kernel out of range is named and widens the interval; its estimate is held against its work", async () => {
  const inside = await predictor.predict({ kernels: [softmax(100)] });
  const outside = await predictor.predict({ kernels: [softmax(2000)] });
  const width = (p: typeof inside) => p.interval.highMs / p.interval.lowMs;
  assert.ok(width(outside) > width(inside));
  // The predictor says 20 ms, 1.6 GB of memory traffic at a GB a ms say 1.6.
  assert.ok(outside.latencyMs > 1.6 && outside.latencyMs < 1.6 * 2.5, String(outside.latencyMs));
  assert.equal(outside.unpredicted[0]?.node, "n2000");
  assert.equal(outside.coverage.kernels, 0);
});

test("a kernel without a predictor never costs 0 ms", async () => {
  const relu = { name: "r", type: "relu", config: { c: 8, h: 10, w: 10 }, flops: 800, params: 0, nodes: ["r"] };
  const prediction = await predictor.predict({ kernels: [relu, softmax(100)] });
  assert.ok(prediction.kernels[0]!.latencyMs > 0);
  assert.equal(prediction.coverage.kernels, 0.5);
  assert.match(prediction.unpredicted[0]!.reason, /no predictor/);
});

test("where a formula says more than a predictor of few configs the two are weighed, and how far apart they are is doubt", async () => {
  const config = { cell: "lstm", steps: 10, batch: 1, input: 64, hidden: 64, directions: 1 };
  const lstm = { name: "l", type: "recurrent", config, flops: 655_360, params: 33_000, nodes: ["l"] };
  const saying = (latencyMs: number) =>
    createPlatformPredictor({
      ...predictor,
      general: [0.0003, 10, 5, 20],
      kernels: new Map([
        ["recurrent", { ...fake, type: "recurrent", predict: async () => Float64Array.of(latencyMs) }],
      ]),
    }).predict({ kernels: [lstm] });
  const [low, high, alone] = [await saying(0.001), await saying(1), await saying(0.02)];
  assert.ok(low.latencyMs > 0.004 && high.latencyMs < 0.1 && low.latencyMs < high.latencyMs);
  const width = ({ interval }: typeof low) => interval.highMs / interval.lowMs;
  assert.ok(width(low) > width(alone));
});
