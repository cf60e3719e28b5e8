/** The contract kit of engines, over every engine and version that is installed in LITEPRED_HOME. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { agentEngineNames, installedVersions, loadEngine, readRecipe } from "../../src/engines/index.js";
import { detectKernels, fusionRules } from "../../src/kernels/index.js";
import { nameByKernel, operatorsByKernel } from "../../src/profiling/index.js";
import { buildExampleModel } from "../../src/spaces/index.js";
import { writeNcnn, writeOnnx, writeTflite } from "../../src/writers/index.js";
import { checkEngine } from "../contracts/engine.js";

const writers = { onnx: writeOnnx, tflite: writeTflite, ncnn: writeNcnn } as const;
const home = process.env.LITEPRED_HOME;

for (const name of agentEngineNames) {
  const recipe = readRecipe(name);
  const versions = home === undefined ? [] : installedVersions(recipe, home);
  if (versions.length === 0) test(`engine ${name}`, { skip: "not installed in LITEPRED_HOME" }, () => {});
  for (const { version } of versions)
    checkEngine({
      name: `${name}@${version}`,
      load: () => loadEngine(name, { version, home: home! }),
      encode: (graph) => writers[recipe.format](graph),
      tolerance: 5e-4,
    });
  if (recipe.inModels === "names")
    for (const { version } of versions)
      test(`${name}@${version} tells operators under the names of the model`, async () => {
        const engine = await loadEngine(name, { version, home: home! });
        const running = await engine.start({ processor: "cpu", precision: "fp32", options: {} });
        try {
          const graph = buildExampleModel("mobilenet-v2");
          const rules = fusionRules(name, { version, nchwcBlock: 1 });
          const { kernels } = detectKernels(graph, rules);
          const bytes = writers[recipe.format](nameByKernel(graph, kernels));
          const model = await running.prepare(bytes, { profile: true });
          await model.time({ warmup: 1, runs: 2, maxMs: 1000 });
          const { operators } = operatorsByKernel(await model.operators(), kernels.length);
          const found = operators.filter((of) => of.length > 0 && of.every(({ timesMs }) => timesMs.length === 2));
          assert.ok(found.length >= 0.9 * kernels.length, `${found.length} of ${kernels.length}`);
        } finally {
          await running.close();
        }
      });
}
