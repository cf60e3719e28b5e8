import assert from "node:assert/strict";
import { test } from "node:test";
import { allocate } from "./allocation.js";

const share = (weight: number, error = 1, measured = 0, available = 1000) => ({ weight, error, measured, available });

test("every type gets its first few, then weight and error decide", () => {
  const [small, large] = allocate([share(10), share(10_000)], 60);
  assert.equal(small! + large!, 60);
  assert.equal(small, 5);
  const [good, bad] = allocate([share(100, 0.01, 20), share(100, 0.08, 20)], 40);
  assert.ok(bad! > good!);
  assert.equal(good! + bad!, 40);
});

test("equal types share equally; tables that are too small give the rest to others", () => {
  assert.deepEqual(allocate([share(5), share(5), share(5)], 30), [10, 10, 10]);
  assert.deepEqual(allocate([share(5, 1, 0, 3), share(5)], 30), [3, 27]);
  assert.deepEqual(allocate([share(5, 1, 0, 3), share(5, 1, 0, 4)], 30), [3, 4]);
});

test("a budget smaller than the number of types goes as far as it goes", () => {
  const counts = allocate([share(1), share(1), share(1), share(1)], 3);
  assert.equal(
    counts.reduce((a, b) => a + b),
    3,
  );
  assert.ok(Math.max(...counts) === 1);
  assert.deepEqual(allocate([share(1)], 0), [0]);
});
