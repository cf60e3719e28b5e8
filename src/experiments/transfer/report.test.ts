import assert from "node:assert/strict";
import { test } from "node:test";
import { type MeasuredArchitecture, noiseCeiling } from "./report.js";

const architecture = (space: string, measuredMs: number, againMs?: number): MeasuredArchitecture => ({
  space,
  detection: { kernels: [], unsupported: [] },
  measuredMs,
  againMs,
});

test("in the noise ceiling a space counts by its share of the test, not by how often it was measured again", () => {
  const ceiling = noiseCeiling([
    architecture("a", 10, 10.1),
    architecture("a", 20, 20.1),
    architecture("a", 30, 30.1),
    architecture("b", 10, 12),
    architecture("b", 10),
    architecture("b", 10),
  ]);
  assert.ok(ceiling);
  assert.equal(ceiling.within5, 0.5);
  assert.equal(ceiling.within10, 0.5);
  assert.ok(Math.abs(ceiling.rmseMs - Math.sqrt((0.1 ** 2 + 2 ** 2) / 2)) < 1e-9);
});

test("without second measurements there is no ceiling", () => {
  assert.equal(noiseCeiling([architecture("a", 10)]), undefined);
});
