import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../base/index.js";
import { configKey, type Detection, detectKernels, fusionRules, ruleEngines } from "../kernels/index.js";
import { loadSpace } from "./index.js";
import { kernelLists } from "./kernel-lists.js";

/** Most segments have been met by then. */
const learned = {
  "ofa-mobilenetv3": 400,
  attentivenas: 300,
  autoformer: 60,
  "autoformer-tiny": 40,
  "autoformer-base": 40,
};
const checked = 12;

const listed = ({ kernels, unsupported }: Detection) => ({
  kernels: kernels.map(({ type, config }) => configKey(type, config)).sort(),
  unsupported: unsupported.map(({ operator, reason }) => `${operator}: ${reason}`).sort(),
});

for (const [name, count] of Object.entries(learned))
  test(`${name}: kernels of remembered segments are those of the whole graph, under the rules of every engine`, async () => {
    const space = await loadSpace(name);
    for (const engine of ruleEngines())
      for (const nchwcBlock of engine === "onnxruntime" ? ([1, 8, 16] as const) : ([16] as const)) {
        const rules = fusionRules(engine, { nchwcBlock });
        const kernelsOf = kernelLists(space, rules);
        const random = createRandom(`${name}/${engine}/${nchwcBlock}`);
        for (let i = 0; i < count; i++) kernelsOf(space.sample(random));
        for (let i = 0; i < checked; i++) {
          const architecture = space.sample(random);
          assert.deepEqual(
            listed(kernelsOf(architecture)),
            listed(detectKernels(space.toGraph(architecture), rules)),
            `${engine}, blocks of ${nchwcBlock}: ${space.encode(architecture).join("-")}`,
          );
        }
      }
  });
