import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../../src/base/index.js";
import { readCorpus } from "./corpus.js";
import { damage } from "./damage.js";
import { loadPredictors, probe } from "./probe.js";
import { seedModels } from "./seeds.js";

test("every damaged model that was ever kept ends in a typed error or a lawful prediction", async () => {
  const predictors = await loadPredictors();
  for (const { bytes } of readCorpus()) await probe(bytes, predictors);
});

test("so do 150 fresh ones; a sound one is predicted", async () => {
  const predictors = await loadPredictors();
  const seeds = seedModels();
  const random = createRandom("short run");
  assert.match(await probe(seeds[0]!, predictors), /^ok: /);
  for (let i = 0; i < 150; i++) await probe(damage(random.pick(seeds), seeds, random), predictors);
});
