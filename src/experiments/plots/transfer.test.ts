import assert from "node:assert/strict";
import { test } from "node:test";
import type { TransferCell } from "../transfer/report.js";
import { budgetPanels, plotTransfer } from "./transfer.js";

const cell = (variant: string, within10: number): TransferCell => ({
  ...{ target: "a/cpu/b@1/fp32", variant, seed: 1, minutes: 1, measurementsUsed: 1, donors: {}, weak: {}, seconds: 1 },
  spaces: {},
  overall: {
    ...{ n: 1, mape: 0.1, within5: 0.5, within10, rmseMs: 1, kendall: 0.9, spearman: 1 },
    ...{ intervalCoverage: 0.9, sumWithin10: 0.9 },
  },
});
const cells = [
  cell("whole pool, 100 kernels", 0.8),
  cell("whole pool, 400 kernels", 0.9),
  cell("whole pool, 400 kernels", 0.7),
  cell("from scratch, 2.5 × 100 kernels", 0.6),
];

test("lines are means over seeds; more data stand at the budget that they are compared with", () => {
  const [panel] = budgetPanels(cells);
  assert.equal(panel!.title, "a/cpu/b@1/fp32");
  const [pool, same, more] = panel!.lines;
  assert.deepEqual(
    pool!.points.map(([kernels, share]) => [kernels, Math.round(share)]),
    [
      [100, 80],
      [400, 80],
    ],
  );
  assert.deepEqual(same!.points, []);
  assert.deepEqual(more!.points, [[100, 60]]);
});

test("the picture is SVG", () => {
  assert.match(plotTransfer(cells), /^<svg[\s\S]*from scratch/);
});
