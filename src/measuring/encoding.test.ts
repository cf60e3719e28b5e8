import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createRandom } from "../base/index.js";
import { EngineFailure, encoderOf, type LocalPlatform } from "../engines/index.js";
import { activation, createGraphBuilder, type Graph } from "../graph/index.js";
import { configKey, detectKernels, type FusionRules } from "../kernels/index.js";
import { parsePlatformId } from "../platforms/index.js";
import { readModel } from "../readers/index.js";
import { loadSpace } from "../spaces/index.js";
import { rulesOf } from "../workspace/index.js";
import { writeOnnx } from "../writers/index.js";
import { fileForEngine } from "./encoding.js";

const platformOf = (format: string, precision = "fp32") =>
  ({ platform: { precision }, description: { format } }) as LocalPlatform;

test("a model file reaches an engine in the engine's format", async () => {
  const folder = await mkdtemp(join(tmpdir(), "litepred-models-"));
  const save = async (name: string, bytes: Uint8Array) => {
    await writeFile(join(folder, name), bytes);
    return join(folder, name);
  };
  try {
    const b = createGraphBuilder("one");
    const onnx = writeOnnx(b.build([activation(b, b.input("x", [1, 4, 4, 4]), "relu")]));
    const path = await save("one.onnx", onnx);
    assert.deepEqual(Buffer.from(fileForEngine(path, platformOf("onnx"))()), Buffer.from(onnx));
    const tflite = fileForEngine(path, platformOf("tflite"))();
    assert.equal(Buffer.from(tflite.subarray(4, 8)).toString(), "TFL3");
    // What is in the engine's format already is not touched.
    const same = fileForEngine(await save("one.tflite", tflite), platformOf("tflite"))();
    assert.deepEqual(Buffer.from(same), Buffer.from(tflite));

    // An int8 platform gets the model quantised, once.
    const quantized = fileForEngine(path, platformOf("onnx", "int8"))();
    assert.ok(Buffer.from(quantized).includes("QuantizeLinear"));
    const again = await save("quantized.onnx", quantized);
    assert.deepEqual(Buffer.from(fileForEngine(again, platformOf("onnx", "int8"))()), Buffer.from(quantized));

    const other = createGraphBuilder("other");
    const image = other.input("x", [1, 4, 4, 4]);
    const grouped = writeOnnx(
      other.build([other.node("ConvTranspose", [image, other.constant([4, 2, 2, 2])], { group: 2 })]),
    );
    const refused = await save("other.onnx", grouped);
    assert.throws(() => fileForEngine(refused, platformOf("tflite"))(), EngineFailure);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("the kernels on an int8 platform of ONNX Runtime are those of the file that is written for it", async () => {
  const rules = rulesOf(parsePlatformId("local/cpu/onnxruntime-node@1.30.0/int8"));
  const { given: _given, ...ownRules } = rules;
  const space = await loadSpace("fbnet");
  const graph = space.toGraph(space.sample(createRandom(1)));
  const list = (of: Graph, by: FusionRules) =>
    detectKernels(of, by)
      .kernels.map(({ type, config }) => `${type} ${configKey(type, config)}`)
      .sort();
  const written = readModel(encoderOf("onnx", "int8")(graph), { name: "written" });
  const kernels = list(graph, rules);
  assert.deepEqual(kernels, list(written, ownRules));
  // A channel shuffle is one transpose between those that integer convolutions need.
  assert.ok(kernels.filter((kernel) => kernel.startsWith("transpose")).length > 5);
});
