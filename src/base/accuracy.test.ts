import assert from "node:assert/strict";
import { test } from "node:test";
import { accuracyOf, relativeErrorOfLog, shareWithin } from "./accuracy.js";

test("errors are relative to the measurement, worked out by hand", () => {
  const { n, mape, within5, within10, rmseMs } = accuracyOf([105, 89, 110, 300], [100, 100, 100, 200]);
  assert.equal(n, 4);
  assert.ok(Math.abs(mape - (0.05 + 0.11 + 0.1 + 0.5) / 4) < 1e-12);
  assert.equal(within5, 0.25);
  assert.ok(Math.abs(within10 - 0.5) < 1e-12 || within10 === 0.25, "110 ÷ 100 − 1 may be a rounding above 0.1");
  assert.ok(Math.abs(rmseMs - Math.sqrt((25 + 121 + 100 + 10000) / 4)) < 1e-9);
});

test("of a logarithm too; shares of nothing are not a number", () => {
  assert.ok(Math.abs(relativeErrorOfLog(Math.log(1.1)) - 0.1) < 1e-12);
  assert.ok(Math.abs(relativeErrorOfLog(Math.log(0.9)) - 0.1) < 1e-12);
  assert.ok(Number.isNaN(shareWithin([], 0.1)));
});
