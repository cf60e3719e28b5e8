import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, LitepredError } from "../../base/index.js";
import { createUserKernelType } from "../../kernels/index.js";
import { similarityPage } from "./page.js";
import { evaluateSimilarity } from "./run.js";
import { studySimilarity } from "./study.js";

const type = createUserKernelType("block", ["hw", "cin"]);
const configs = Array.from({ length: 100 }, (_, i) => ({ hw: 1 + (i % 10), cin: 8 + 7 * Math.floor(i / 10) }));

/** The first two platforms step at the same widths, the others each at their own. */
function platform(name: string, step: number, speed: number) {
  const random = createRandom(name);
  const latenciesMs = Float64Array.from(
    configs,
    ({ hw, cin }) => (hw * hw * Math.ceil(cin / step) * step * Math.exp(0.01 * random.normal())) / speed,
  );
  const table = { type, configs, latenciesMs, rejected: [] };
  return { platform: name, tables: new Map([["block", table as never]]) };
}
const platforms = [
  platform("a", 32, 10),
  platform("b", 32, 90),
  platform("c", 48, 20),
  platform("d", 1, 30),
  platform("e", 5, 7),
];

test("the platform that steps alike is found by both rankings, and is the best for its twin", () => {
  const cells = studySimilarity(platforms, { measured: 30, seeds: 2 });
  assert.equal(cells.length, 10);
  for (const { within10, sources, test } of cells.filter(({ target }) => target === "a")) {
    assert.deepEqual([sources, test], [4, 70]);
    assert.equal(within10.divergence, within10["best possible"]);
    assert.equal(within10.spread, within10["best possible"]);
    assert.ok(within10["at random"] < within10["best possible"]);
  }
  const page = similarityPage({ date: "d", cpu: "c", measured: 30, seeds: 2, cells });
  assert.match(page, /\| block \| 5 \| 4 \|/);
});

test("too few common configs are no study; a folder that is not there is named", () => {
  assert.deepEqual(studySimilarity(platforms, { measured: 90, seeds: 1 }), []);
  assert.throws(() => evaluateSimilarity("/nowhere", { measured: 30, seeds: 1 }), LitepredError);
  assert.throws(() => evaluateSimilarity("/nowhere", { measured: 0, seeds: 1 }), LitepredError);
});
