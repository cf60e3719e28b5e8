import assert from "node:assert/strict";
import { test } from "node:test";
import type { KernelPredictor } from "../predictors/index.js";
import { divergences } from "./alike.js";

const predictor = (least: number, most: number, latency: (cin: number) => number) =>
  ({
    type: "fc",
    toState: () => ({
      ranges: {
        rows: { min: 1, max: 1 },
        cin: { min: least, max: most },
        cout: { min: 8, max: 64 },
        bias: { values: ["yes"] },
        activation: { values: ["none"] },
      },
    }),
    outOfRange: ({ cin }: { cin: number }) => (cin < least || cin > most ? "cin" : undefined),
    predict: async (configs: readonly { cin: number }[]) => Float64Array.from(configs, ({ cin }) => latency(cin)),
  }) as unknown as KernelPredictor;

test("the same up to speed is alike, another law is not; platforms are compared where both were measured", async () => {
  const values = await divergences([
    predictor(8, 512, (cin) => cin),
    predictor(8, 512, (cin) => 3 * cin),
    predictor(8, 512, (cin) => cin ** 2),
    // With these two nothing is in common to all, but with some of the others.
    predictor(400, 4000, (cin) => cin),
    predictor(2000, 9000, (cin) => cin),
  ]);
  assert.ok(values[0]![1]! < 1e-9 && values[0]![2]! > 0.05);
  assert.ok(values[0]![3]! < 1e-9 && Number.isNaN(values[0]![4]!) && values[3]![4]! < 1e-9);
});
