import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../base/index.js";
import { klDivergence, rankSources } from "./similarity.js";

const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} ± ${tolerance}`);

test("divergence of two shares worked out by hand; scale does not count", () => {
  const expected = 0.5 * Math.log(0.5 / 0.25) + 0.5 * Math.log(0.5 / 0.75);
  near(klDivergence([1, 1], [1, 3]), expected, 1e-12);
  near(klDivergence([7, 7], [0.1, 0.3]), expected, 1e-12);
  assert.equal(klDivergence([2, 4, 6], [1, 2, 3]), 0);
  assert.ok(klDivergence([1, 1], [1, 3]) !== klDivergence([1, 3], [1, 1]));
  assert.equal(klDivergence([1, 1], [1, 0]), Number.POSITIVE_INFINITY);
});

test("histograms of two normal densities have the divergence of the closed form", () => {
  const [m1, s1, m2, s2] = [0, 1, 0.7, 1.5];
  const density = (m: number, s: number) =>
    Float64Array.from({ length: 4001 }, (_, i) => Math.exp(-0.5 * (((i - 2000) / 200 - m) / s) ** 2) / s);
  const closed = Math.log(s2 / s1) + (s1 ** 2 + (m1 - m2) ** 2) / (2 * s2 ** 2) - 0.5;
  near(klDivergence(density(m1, s1), density(m2, s2)), closed, 1e-6);
});

test("the source that the target was made from is ranked first, the unlike one last", () => {
  const random = createRandom(1);
  const target = Float64Array.from({ length: 60 }, () => Math.exp(random.normal()));
  const like = target.map((ms) => 3 * ms * Math.exp(0.02 * random.normal()));
  const unlike = target.map(() => Math.exp(random.normal()));
  const between = target.map((ms) => ms * Math.exp(0.3 * random.normal()));
  const ranked = rankSources(target, [
    { platform: "unlike", latenciesMs: unlike },
    { platform: "like", latenciesMs: like },
    { platform: "between", latenciesMs: between },
  ]);
  assert.deepEqual(
    ranked.map((r) => r.platform),
    ["like", "between", "unlike"],
  );
});

test("ties, too few configs and unusable predictions have a defined order", () => {
  const names = (ranked: { platform: string }[]) => ranked.map((r) => r.platform).join();
  const twins = [
    { platform: "b", latenciesMs: [1, 2, 3] },
    { platform: "a", latenciesMs: [2, 4, 6] },
  ];
  assert.equal(names(rankSources([1, 2, 3], twins)), "a,b");
  assert.equal(names(rankSources([5, 5, 5], twins)), "a,b");
  const few = rankSources(
    [1, 2],
    [
      { platform: "b", latenciesMs: [1, 2] },
      { platform: "a", latenciesMs: [9, 1] },
    ],
  );
  assert.equal(names(few), "a,b");
  assert.ok(few.every((r) => Number.isNaN(r.divergence)));
  const broken = [
    { platform: "a", latenciesMs: [1, Number.NaN, 1] },
    { platform: "z", latenciesMs: [9, 1, 1] },
  ];
  assert.equal(names(rankSources([1, 2, 3], broken)), "z,a");
  assert.deepEqual(rankSources([1, 2, 3], []), []);
});
