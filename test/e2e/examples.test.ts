/** The examples run as they stand. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { adapt } from "../../examples/adapt.js";
import { measure } from "../../examples/measure.js";
import { predict } from "../../examples/predict.js";
import { kernelsOf } from "../../examples/read-and-detect.js";
import { train } from "../../examples/train.js";
import { createSyntheticEngine } from "../../src/index.js";
import { fixture } from "../fixtures/index.js";

const root = mkdtempSync(join(tmpdir(), "litepred-examples-"));
after(() => rmSync(root, { recursive: true, force: true }));
const squeezenet = fixture("squeezenet1_1.torchscript").model();

test("read and detect", () => {
  const kernels = kernelsOf(squeezenet);
  assert.ok(kernels.length > 30 && kernels.some((kernel) => kernel.startsWith("conv-bn-relu")));
});

test("predict on a platform of the pool that ships", async () => {
  const found = await predict(squeezenet, "xeon-f6m207/cpu/onnxruntime-node@1.30.0/fp32", root);
  assert.ok(found.latencyMs > 1 && found.latencyMs < 20, `${found.latencyMs}`);
  assert.ok(found.interval.lowMs < found.latencyMs && found.latencyMs < found.interval.highMs);
});

test("measure here", async () => {
  const file = join(root, "squeezenet.onnx");
  writeFileSync(file, squeezenet);
  assert.match(await measure(file, join(root, "measure")), /^\d+\.\d\d ms; just now \d+\.\d\d ms/);
});

test("train from scratch", async () => {
  const { predictors } = await train(join(root, "train"));
  assert.equal(predictors[0]?.kernel, "fc");
});

test("adapt an engine of one's own", async () => {
  const report = await adapt("box/cpu/synthetic@1/fp32", join(root, "adapt"), createSyntheticEngine());
  assert.ok(report.models.n === 10 && report.file.endsWith(".safetensors"));
});
