import assert from "node:assert/strict";
import { test } from "node:test";
import { sizesTable } from "./page.js";
import type { RecordedRun } from "./report.js";
import { sizeEffects } from "./size-effects.js";

const run = (measured: number, mape: number): RecordedRun => ({
  ...{ target: "a/b", pool: [], method: "default", budget: measured, seed: 1, n: 500, mape, within5: 0, within10: 0 },
  ...{ rmseMs: 0, intervalCoverage: 0.9, cpuSeconds: 0 },
  kernels: { block: { n: 500, measured, mape, within5: 0, within10: 0, rmseMs: 0, intervalCoverage: 0.9 } },
});

test("the error of each size is told as a multiple of the type's lowest", () => {
  const effects = sizeEffects([run(5, 0.3), run(30, 0.2), run(200, 0.1)], "default");
  assert.deepEqual(
    effects.map((e) => [e.upTo, Math.round(e.errorRatio * 10) / 10]),
    [
      [5, 3],
      [40, 2],
      [Number.POSITIVE_INFINITY, 1],
    ],
  );
  assert.match(sizesTable(effects), /more than 160 \| 1 \| 1\.00×/);
});
