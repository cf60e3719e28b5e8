import assert from "node:assert/strict";
import { test } from "node:test";
import { comparedSamplers, planSamplers } from "./plan.js";

const options = { count: 21, seeds: 2, test: 5 };

test("a pool is half as large again as what is trained on; each sampler meets each recipe and seed", () => {
  const plan = planSamplers({ ...options, samplers: ["prior", "vae"], recipes: ["default", "compact"] });
  assert.equal(plan.poolSize, 32);
  assert.deepEqual(
    plan.trainings.slice(0, 4).map(({ sampler, recipe, seed }) => `${sampler} ${recipe} ${seed}`),
    ["prior default 1", "prior default 2", "prior compact 1", "prior compact 2"],
  );
  assert.equal(plan.trainings.length, 8);
  assert.deepEqual(planSamplers(options).samplers, comparedSamplers);
});

test("what cannot be done is said before anything is measured", () => {
  assert.throws(() => planSamplers({ ...options, count: 19 }), { code: "bad-usage" });
  assert.throws(() => planSamplers({ ...options, samplers: ["magic"] }), { code: "unknown-name" });
  assert.throws(() => planSamplers({ ...options, recipes: ["magic"] }), { code: "bad-usage" });
});
