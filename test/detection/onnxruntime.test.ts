/** The rules for ONNX Runtime against the engine itself: for each fixture the detected kernels are its nodes, one to one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { detectKernels } from "../../src/kernels/index.js";
import { readModel } from "../../src/readers/index.js";
import { fixtures } from "../fixtures/index.js";
import { compareWithOrt, localRules } from "./compare.js";

for (const fixture of fixtures) {
  test(`${fixture.name}: kernels are the nodes that ONNX Runtime runs`, async () => {
    const bytes = fixture.model();
    const graph = readModel(bytes, { name: fixture.name });
    const { extra, missing, nodes } = await compareWithOrt(graph, bytes);
    assert.deepEqual({ extra, missing }, { extra: [], missing: [] });
    const { kernels, unsupported } = detectKernels(graph, localRules);
    assert.equal(kernels.length, nodes);
    assert.deepEqual(unsupported, []);
  });
}
