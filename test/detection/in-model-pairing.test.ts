/** Kernels timed inside networks on ONNX Runtime: every node that it runs is one detected kernel's, in each precision. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { encoderOf, loadEngine } from "../../src/engines/index.js";
import { nchwcBlockOf } from "../../src/kernels/index.js";
import { parsePlatformId, readCpuFacts, vectorBits } from "../../src/platforms/index.js";
import { platformRules } from "../../src/predictors/index.js";
import { inModelTask } from "../../src/profiling/index.js";
import { buildExampleModel } from "../../src/spaces/index.js";

const block = nchwcBlockOf(vectorBits(readCpuFacts().flags));

for (const precision of ["fp32", "int8"] as const) {
  test(`every node of a network is a kernel's: ${precision}`, async () => {
    const engine = await loadEngine("onnxruntime-node");
    const description = await engine.describe();
    const platform = parsePlatformId(`local/cpu/onnxruntime-node@${description.version}/${precision}`);
    const running = await engine.start(platform);
    try {
      for (const name of ["mobilenet-v3-small", "shufflenet-v2", "vit-tiny"]) {
        const encode = encoderOf(description.format, precision);
        const task = inModelTask(buildExampleModel(name), platformRules(platform, block), description, encode);
        const model = await running.prepare(task.load(), { profile: true });
        await model.time({ warmup: 0, runs: 1, maxMs: 1 });
        const { operators, extra } = task.pair(await model.operators());
        await model.release();
        assert.equal(operators.filter((of) => of.length === 0).length, 0, name);
        assert.deepEqual(extra, [], name);
      }
    } finally {
      await running.close();
    }
  });
}
