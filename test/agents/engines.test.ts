/** The contract kit of engines, over every engine and version that is installed in LITEPRED_HOME. */
import { test } from "node:test";
import { agentEngineNames, installedVersions, loadEngine, readRecipe } from "../../src/engines/index.js";
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
}
