import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../../src/base/index.js";
import { fusionRules } from "../../src/kernels/index.js";
import { collectStatistics, loadSampler, type Sampler, samplerNames } from "../../src/sampling/index.js";
import { createVaeSampler } from "../../src/sampling/vae.js";
import { loadSpaces } from "../../src/spaces/index.js";
import { samplerContract } from "./sampler.js";

const statistics = collectStatistics({
  spaces: await loadSpaces(["mobilenetv1", "squeezenet"]),
  rules: fusionRules("generic"),
  architecturesPerSpace: 10,
  random: createRandom(1),
});

/** A thousandth of the steps: the laws hold however little was learnt. */
const training = { epochs: 2, samplesPerEpoch: 320, batch: 32, hidden: 16 };
const quick: Readonly<Record<string, Sampler>> = {
  vae: createVaeSampler("published", training),
  "vae-ordinal": createVaeSampler("ordinal", training),
};

for (const name of samplerNames) {
  const sampler = quick[name] ?? (await loadSampler(name));
  for (const type of ["conv-bn-relu", "dwconv-bn-relu"]) {
    const request = { type, count: 25, seed: 3, statistics: statistics.types[type]! };
    samplerContract(sampler, request);
    test(`${name} draws ${type} itself, and no other sampler for it`, async () => {
      assert.equal((await sampler.sample(request)).report.fallback, undefined);
    });
  }
}
