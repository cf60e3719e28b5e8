import assert from "node:assert/strict";
import { test } from "node:test";
import type { KernelPredictor } from "../predictors/index.js";
import { measuredAlong, stepCurve } from "./steps.js";

const config = { rows: 1, cin: 64, cout: 8, bias: "yes", activation: "none" };
const kernel = {
  type: "fc",
  heldOut: { n: 10, mape: 0.25, within5: 0, within10: 0, rmseMs: 1 },
  predict: async (configs: readonly { cout: number }[]) => Float64Array.from(configs, ({ cout }) => cout),
  outOfRange: ({ cout }: { cout: number }) => (cout > 12 ? "more than 12" : undefined),
} as unknown as KernelPredictor;

test("a curve goes from half to twice the value, with what is usual either way", async () => {
  const points = await stepCurve(kernel, config, "cout");
  assert.deepEqual(
    points.map(({ value }) => value),
    [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  );
  assert.deepEqual(points[4], { value: 8, latencyMs: 8, lowMs: 6.4, highMs: 10, known: true });
  assert.equal(points.at(-1)!.known, false);
});

test("measured points differ in the field alone", () => {
  const fields = ["rows", "cin", "cout", "bias", "activation"];
  const rows = [
    [1, 64, 12, "yes", "none", 0.3],
    [1, 64, 4, "yes", "none", 0.1],
    [1, 32, 8, "yes", "none", 0.2],
    [1, 64, 8, "no", "none", 0.2],
  ];
  assert.deepEqual(measuredAlong({ fields, rows }, config, "cout"), [
    { value: 4, latencyMs: 0.1 },
    { value: 12, latencyMs: 0.3 },
  ]);
  assert.deepEqual(measuredAlong({ fields, rows }, config, "kernelSize"), []);
});
