import assert from "node:assert/strict";
import { test } from "node:test";
import { budgetVariants, maySource, planTransfers, transferVariants } from "./plan.js";

test("each variant has every seed; other budgets have the first", () => {
  const plans = planTransfers({ seeds: 2, budgets: true });
  assert.equal(plans.length, 2 * transferVariants.length + budgetVariants.length);
  assert.deepEqual(
    plans.filter(({ run }) => run === 2).map(({ variant }) => variant),
    transferVariants,
  );
  assert.equal(planTransfers({ seeds: 1 }).length, transferVariants.length);
});

test("a target is no source of itself, and an engine's other names are the same engine", () => {
  const [all, others, none] = transferVariants as [
    (typeof transferVariants)[number],
    (typeof transferVariants)[number],
    (typeof transferVariants)[number],
  ];
  const [litert, tflite, ncnn] = ["litert@2", "tflite@2", "ncnn@1"].map((engine) => `a/cpu/${engine}/fp32`);
  assert.equal(maySource(all, litert!, litert!), false);
  assert.equal(maySource(all, litert!, tflite!), true);
  assert.equal(maySource(others, litert!, tflite!), false);
  assert.equal(maySource(others, litert!, ncnn!), true);
  assert.equal(maySource(none, litert!, ncnn!), false);
});
