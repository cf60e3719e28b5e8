import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../../base/index.js";
import { mixingShares } from "./mixing.js";

function noise(deviation: number, rows: number, seed: number): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length: rows }, () => deviation * random.normal());
}

test("a member that is far better gets nearly all, be it the log-linear law", () => {
  const [law, ...processes] = mixingShares([noise(0.01, 100, 1), noise(0.2, 100, 2), noise(0.2, 100, 3)]);
  assert.ok(law! >= 0.9, `${law}`);
  assert.ok(Math.abs(law! + processes[0]! + processes[1]! - 1) < 1e-12);
});

test("members that are alike keep the shares that they start with; a handful of rows moves nothing", () => {
  const same = noise(0.1, 50, 4);
  assert.deepEqual(mixingShares([same, same, same]), [0.2, 0.4, 0.4]);
  const [law] = mixingShares([noise(0.09, 5, 5), noise(0.1, 5, 6), noise(0.1, 5, 7)]);
  assert.ok(law! <= 0.6, `${law}`);
});
