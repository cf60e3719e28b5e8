import assert from "node:assert/strict";
import { test } from "node:test";
import type { OfaRow } from "../../accuracy/index.js";
import { createRandom } from "../../base/index.js";
import { loadSpace } from "../../spaces/index.js";
import { splitRows } from "./plan.js";
import { accuracyErrors, coverageOf, type HeldOut, thinned } from "./report.js";

const space = await loadSpace("ofa-mobilenetv3");
const random = createRandom(1);
const rows = Array.from({ length: 200 }, (): OfaRow => {
  const architecture = { ...space.sample(random), w: 1 } as unknown as OfaRow["architecture"];
  return { architecture, accuracy: 70 + random.normal(), origin: "random" };
});

test("folds are every row once; by depths, none has the depths of a held-out one among the kept", () => {
  for (const split of ["by depths", "evenly"] as const) {
    const folds = splitRows(rows, split, 1);
    assert.equal(new Set(folds.flatMap(({ left }) => left)).size, rows.length);
    for (const { kept, left } of folds) {
      assert.equal(kept.length + left.length, rows.length);
      const depths = new Set(kept.map(({ architecture }) => architecture.d.join()));
      if (split === "by depths") assert.ok(left.every(({ architecture }) => !depths.has(architecture.d.join())));
    }
  }
});

test("errors, and intervals made of the errors of other folds", () => {
  const heldOut = rows.map(
    (row, i): HeldOut => ({ row, predicted: row.accuracy + ((i % 10) - 4.5) / 10, fold: i % 5 }),
  );
  const { mae, bias, largest, n } = accuracyErrors(heldOut);
  assert.equal(n, 200);
  assert.ok(Math.abs(mae - 0.25) < 1e-9 && Math.abs(bias) < 1e-9 && Math.abs(largest - 0.45) < 1e-9);
  const { covered, halfWidth } = coverageOf(heldOut, 0.9);
  assert.ok(covered >= 0.9 && Math.abs(halfWidth - 0.45) < 1e-9);
});

test("thinned order statistics keep the quantiles", () => {
  const ascending = Array.from({ length: 1999 }, (_, i) => i);
  const kept = thinned(ascending, 199);
  assert.equal(kept.length, 199);
  assert.deepEqual([kept[0], kept[99], kept[198]], [9, 999, 1989]);
});
