import assert from "node:assert/strict";
import { test } from "node:test";
import { goalReached, weightedShareWithin, within10AtDouble } from "./goal.js";

const errors = (within: number, beyond: number) => [...new Array(within).fill(0.01), ...new Array(beyond).fill(0.5)];

test("shares are weighted; a type without errors counts as wrong", () => {
  const types = [
    { weight: 3, errors: errors(9, 1) },
    { weight: 1, errors: errors(1, 1) },
  ];
  assert.ok(Math.abs(weightedShareWithin(types, 0.1) - (3 * 0.9 + 0.5) / 4) < 1e-12);
  assert.equal(weightedShareWithin([{ weight: 1, errors: [] }], 0.1), 0);
});

test("ten good errors do not prove 99 %, a thousand do", () => {
  const goal = { metric: "within10", value: 0.99 } as const;
  assert.equal(goalReached(goal, [{ weight: 1, errors: errors(10, 0) }]), false);
  assert.equal(goalReached(goal, [{ weight: 1, errors: errors(1000, 0) }]), true);
  assert.equal(goalReached(goal, [{ weight: 1, errors: errors(950, 50) }]), false);
});

test("extrapolation follows the power law of the last two rounds", () => {
  const before = { round: 1, measurementsUsed: 50, within5: 0, within10: 0.8 };
  const after = within10AtDouble(before, { measurementsUsed: 100, within10: 0.9 });
  assert.ok(Math.abs(after! - 0.95) < 1e-9);
  assert.equal(within10AtDouble(undefined, { measurementsUsed: 100, within10: 0.9 }), undefined);
  assert.equal(within10AtDouble(before, { measurementsUsed: 100, within10: 1 }), 1);
});
