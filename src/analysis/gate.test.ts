import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../base/index.js";
import { changedShareOf, holds, pairedTest, probabilitySlower, probabilitySlowerMeasured } from "./gate.js";
import { kernelChanges } from "./kernel-changes.js";

const kernel = (cout: number, latencyMs: number, count = 1) => ({
  type: "fc",
  config: { rows: 1, cin: 8, cout },
  latencyMs,
  count,
});

test("kernels gained and lost, the largest first; those of both cancel", () => {
  const changes = kernelChanges([kernel(8, 1), kernel(16, 2, 3)], [kernel(16, 2, 2), kernel(32, 5), kernel(8, 1)]);
  assert.deepEqual(
    changes.map(({ text, count, ms }) => [text, count, ms]),
    [
      ["1×8→32", 1, 5],
      ["1×8→16", -1, -2],
    ],
  );
  assert.equal(changedShareOf(changes, 10), Math.hypot(5, 2) / 10);
});

test("a model that did not change is not slower, however wide its interval", () => {
  const wide = { level: 0.9, lowMs: 1, highMs: 100 };
  assert.equal(probabilitySlower(1, 0.05, wide, { changedShare: 0 }), 0);
  assert.equal(probabilitySlower(1.2, 0.05, wide, { changedShare: 0 }), 1);
  const half = probabilitySlower(1.05, 0.05, wide, { changedShare: 0.3 });
  assert.ok(Math.abs(half - 0.5) < 1e-6);
});

test("the paired test finds a slow-down that the rounds agree on, and none where they do not", () => {
  const random = createRandom("paired");
  const rounds = (slower: number, noise: number) =>
    Array.from({ length: 8 }, () => (1 + slower) * Math.exp(noise * random.normal()));
  assert.ok(holds(pairedTest(rounds(0, 0.01), 0.05).probability, 0.9));
  assert.ok(pairedTest(rounds(0.1, 0.01), 0.05).probability > 0.99);
  const unclear = pairedTest(rounds(0.05, 0.1), 0.05).probability;
  assert.ok(unclear > 0.02 && unclear < 0.98, `${unclear}`);
});

test("under no slow-down the paired test cries wolf no more often than it says", () => {
  const random = createRandom("wolf");
  const cries = Array.from({ length: 2000 }, () => {
    const ratios = Array.from({ length: 4 }, () => 1.05 * Math.exp(0.03 * random.normal()));
    return pairedTest(ratios, 0.05).probability > 0.95 ? 1 : 0;
  });
  const share = cries.reduce<number>((total, cry) => total + cry, 0) / cries.length;
  assert.ok(share > 0.03 && share < 0.07, `${share}`);
});

test("two measurements err independently", () => {
  const one = probabilitySlowerMeasured(1.1, 0.05, [0.03]);
  const two = probabilitySlowerMeasured(1.1, 0.05, [0.03, 0.03]);
  assert.ok(one > two && two > 0.5);
});
