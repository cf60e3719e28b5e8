import assert from "node:assert/strict";
import { test } from "node:test";
import { compareLooks, secondsEach } from "./report.js";

const look = (entries: [string, number][]) => ({ latencies: new Map(entries), slowdowns: [1, 1.2], secondsEach: 2 });
const what = { platform: "here/cpu/engine@1/fp32", disturbed: false } as const;

test("two looks are compared by name; what one of them lacks does not count", () => {
  const row = compareLooks(
    { ...what, kind: "model" },
    look([
      ["a", 10],
      ["b", 10],
      ["c", 10],
      ["d", 1],
    ]),
    look([
      ["a", 10.4],
      ["b", 9],
      ["c", 10],
    ]),
  );
  assert.ok(row);
  assert.equal(row.n, 3);
  assert.ok(Math.abs(row.medianDifference - 0.04) < 1e-12);
  assert.ok(Math.abs(row.within5 - 2 / 3) < 1e-12);
  assert.equal(row.within10, 1);
});

test("kernels below the clock's reach are left out; nothing in common is no row", () => {
  const kernels = { ...what, kind: "kernel" } as const;
  assert.equal(compareLooks(kernels, look([["a", 0.01]]), look([["a", 0.02]])), undefined);
  assert.equal(
    compareLooks(
      kernels,
      look([
        ["a", 0.04],
        ["b", 0.01],
      ]),
      look([
        ["a", 0.04],
        ["b", 0.01],
      ]),
    )?.n,
    1,
  );
});

test("records that come all at once began after what was recorded before them", () => {
  assert.equal(secondsEach([9000, 9000, 9000], [1000, 3000, 12_000]), 2);
  assert.equal(secondsEach([1000, 2000, 3000, 5000], []), 1);
  assert.equal(secondsEach([], [1000]), undefined);
  assert.equal(secondsEach([1000], []), undefined);
});
