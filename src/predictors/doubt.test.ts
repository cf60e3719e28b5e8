import assert from "node:assert/strict";
import { test } from "node:test";
import { addChance, addDoubt, addDoubts, intervalAround, noDoubt, totalOf } from "./doubt.js";

const width = (fill: (doubt: ReturnType<typeof noDoubt>) => void, kernels: number) => {
  const doubt = noDoubt();
  for (let i = 0; i < kernels; i++) fill(doubt);
  return Math.log(intervalAround(totalOf(kernels, 1, 0), 0, doubt).highMs / kernels);
};

test("what is not known of a type is the same however many kernels it has; errors by chance even out", () => {
  const known = (count: number) => width((doubt) => addDoubt(doubt, 1, Math.log(2)), count);
  assert.ok(Math.abs(known(1) - Math.log(2)) < 1e-9 && Math.abs(known(100) - Math.log(2)) < 1e-9);
  const chance = (count: number) => width((doubt) => addChance(doubt, 1, 0.2), count);
  assert.ok(Math.abs(chance(1) - 0.2) < 1e-9 && Math.abs(chance(100) - 0.02) < 1e-9);
});

test("parts add up to the whole; a model that is nothing but its call is in doubt for that", () => {
  const [part, whole] = [noDoubt(), noDoubt()];
  addDoubt(part, 1, 0.5);
  addChance(part, 2, 0.1);
  addDoubts(whole, part);
  assert.deepEqual(whole, part);
  const nothing = totalOf(0, 1, 0.01);
  const { lowMs, highMs } = intervalAround(nothing, 0, noDoubt());
  assert.ok(lowMs < 0.007 && highMs > 0.015);
  assert.equal(totalOf(0, 1, 0).latencyMs, 0.007);
});
