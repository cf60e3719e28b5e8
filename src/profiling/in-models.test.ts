import assert from "node:assert/strict";
import { test } from "node:test";
import { type InModelTimes, nodeCosts, profilerOverhead } from "./in-models.js";

const estimate = (latencyMs: number) => ({
  latencyMs,
  observedMs: latencyMs,
  relativeError: 0.01,
  runs: 10,
  referencesMs: [8, 9],
});

/** Nodes of these true costs under a profiler that adds `added` to each. */
const network = (costs: readonly number[], added: number, callMs: number): InModelTimes => ({
  whole: estimate(costs.reduce((a, b) => a + b, callMs)),
  nodes: costs.map((ms) => estimate(ms + added)),
  extraMs: 0,
  operators: costs.length,
});

test("what the profiler adds is found from networks, mostly from those of many short nodes", () => {
  const networks = [
    network(new Array(100).fill(0.01), 0.005, 0.04),
    network(new Array(50).fill(0.02), 0.006, 0.04),
    network([20, 30], 1, 0.04),
  ];
  const found = profilerOverhead(networks, 0.04);
  assert.ok(found >= 0.005 - 1e-9 && found <= 0.006 + 1e-9, `${found}`);
  assert.equal(profilerOverhead([], 0), 0);
});

test("nodes cost what they take without the profiler: their sum is the whole without the call", () => {
  const times = network([0.1, 0.3, 0.6], 0.005, 0.04);
  const costs = nodeCosts(times, 0.005, 0.04).map((cost) => cost!.latencyMs);
  for (const [i, ms] of [0.1, 0.3, 0.6].entries()) assert.ok(Math.abs(costs[i]! - ms) < 1e-9);
  const wrongOverhead = nodeCosts(times, 0.002, 0.04).map((cost) => cost!.latencyMs);
  assert.ok(Math.abs(wrongOverhead.reduce((a, b) => a + b, 0) - 1) < 1e-9);
});

test("nodes that the engine did not run have no cost", () => {
  const times = { ...network([0.1, 0.2], 0, 0), nodes: [undefined, estimate(0.2)] };
  assert.equal(nodeCosts(times, 0, 0)[0], undefined);
});
