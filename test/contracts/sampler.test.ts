import { createRandom } from "../../src/base/index.js";
import { fusionRules } from "../../src/kernels/index.js";
import { collectStatistics, loadSampler, samplerNames } from "../../src/sampling/index.js";
import { loadSpaces } from "../../src/spaces/index.js";
import { samplerContract } from "./sampler.js";

const statistics = collectStatistics({
  spaces: await loadSpaces(["mobilenetv1", "squeezenet"]),
  rules: fusionRules("generic"),
  architecturesPerSpace: 3,
  random: createRandom(1),
});

for (const name of samplerNames) {
  const sampler = await loadSampler(name);
  for (const type of ["conv-bn-relu", "dwconv-bn-relu"]) {
    const all = statistics.types[type]!;
    // Few enough for the VAEs to hand over to the prior: how they learn is tested with them.
    samplerContract(sampler, { type, count: 25, seed: 3, statistics: { ...all, configs: all.configs.slice(0, 40) } });
  }
}
