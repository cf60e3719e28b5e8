import assert from "node:assert/strict";
import { test } from "node:test";
import { linePoints, plotRecorded } from "./recorded.js";

const cell = (method: string, budget: number, within10: number) => ({
  ...{ target: "phones/a", pool: ["b"], method, budget, seeds: 1, within10 },
  ...{ mape: 0.1, within5: 0.5, rmseMs: 1, intervalCoverage: 0.9, cpuSeconds: 1 },
});
const cells = [cell("default", 60, 0.9), cell("scratch", 60, 0.4), cell("scratch", 150, 0.6)];

test("more data stand at the budget that they are compared with", () => {
  assert.deepEqual(linePoints(cells, { method: "scratch", factor: 1 }), [[60, 40]]);
  assert.deepEqual(linePoints(cells, { method: "scratch", factor: 2.5 }), [[60, 60]]);
});

test("the picture is SVG and names its target", () => {
  assert.match(plotRecorded(cells), /^<svg[\s\S]*phones\/a/);
});
