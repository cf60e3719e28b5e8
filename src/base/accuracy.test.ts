import assert from "node:assert/strict";
import { test } from "node:test";
import { accuracyOf, relativeErrorOfLog, shareWithin } from "./accuracy.js";

test("errors are relative to the measurement, worked out by hand", () => {
  const { n, mape, within5, within10, rmseMs } = accuracyOf([104, 89, 109, 300], [100, 100, 100, 200]);
  assert.equal(n, 4);
  assert.ok(Math.abs(mape - (0.04 + 0.11 + 0.09 + 0.5) / 4) < 1e-12);
  assert.equal(within5, 0.25);
  assert.equal(within10, 0.5);
  assert.ok(Math.abs(rmseMs - Math.sqrt((16 + 121 + 81 + 10000) / 4)) < 1e-9);
});

test("a share may count each error by a weight", () => {
  assert.equal(shareWithin([0.1, 0.2], 0.1, [3, 1]), 0.75);
});

test("of a logarithm too; shares of nothing are not a number", () => {
  assert.ok(Math.abs(relativeErrorOfLog(Math.log(1.1)) - 0.1) < 1e-12);
  assert.ok(Math.abs(relativeErrorOfLog(Math.log(0.9)) - 0.1) < 1e-12);
  assert.ok(Number.isNaN(shareWithin([], 0.1)));
});
