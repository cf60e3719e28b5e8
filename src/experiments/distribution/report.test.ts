import assert from "node:assert/strict";
import { test } from "node:test";
import { classDivergence, type DistributionRun, summariseDistributions } from "./report.js";

const points = (shares: Readonly<Record<string, number>>) =>
  Object.entries(shares).map(([group, weight]) => ({ x: 8, y: 8, group, weight }));

test("KL of shares in closed form, up to the floor of what was never drawn", () => {
  const [p, q] = [points({ a: 0.5, b: 0.5 }), points({ a: 0.25, b: 0.75 })];
  const exact = 0.5 * Math.log(0.5 / 0.25) + 0.5 * Math.log(0.5 / 0.75);
  assert.ok(Math.abs(classDivergence(p, q) - exact) < 1e-3);
  assert.ok(Math.abs(classDivergence(p, p)) < 1e-3);
  assert.ok(classDivergence(p, points({ a: 1 })) > 3, "half of it was never drawn");
});

test("a cell is the mean over the seeds of one sampler", () => {
  const run = (seed: number, missed: number): DistributionRun => ({
    ...{ source: "s", type: "t", sampler: "prior", seed, seen: 9, unseen: 9 },
    ...{ missed, invented: 0, classes: 0, cpuSeconds: 1 },
  });
  const [cell, ...others] = summariseDistributions([run(1, 0.1), run(2, 0.3)]);
  assert.equal(others.length, 0);
  assert.equal(cell!.seeds, 2);
  assert.ok(Math.abs(cell!.missed - 0.2) < 1e-12);
});
