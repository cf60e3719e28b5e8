import assert from "node:assert/strict";
import { test } from "node:test";
import { distributionSamplers, planDistribution } from "./plan.js";

const halves = [{ type: "dwconv-bn-relu" }, { type: "gelu" }];

test("convolutions have seeds of their own number; every sampler draws from all", () => {
  const plans = planDistribution(halves, { samplers: ["real", "prior"], seeds: 3, otherSeeds: 1 });
  const told = plans.map(({ half, sampler, seed }) => `${half.type} ${sampler} ${seed}`);
  assert.equal(new Set(told).size, 8);
  assert.deepEqual(told.slice(0, 3), ["dwconv-bn-relu real 1", "dwconv-bn-relu real 2", "dwconv-bn-relu real 3"]);
  assert.deepEqual(told.slice(6), ["gelu real 1", "gelu prior 1"]);
});

test("by default all samplers are compared", () => {
  assert.equal(planDistribution(halves, { seeds: 1, otherSeeds: 1 }).length, 2 * distributionSamplers.length);
});
