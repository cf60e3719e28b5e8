/** What a model is run with: open axes, and files made complete for an engine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeTflite, encodeTflite, tensorTypes } from "../../src/formats/tflite/index.js";
import { readInterface, readModel } from "../../src/readers/index.js";
import { settleModel } from "../../src/writers/index.js";
import { node, onnxModel, tensor, value } from "./onnx-model.js";

const noFile = () => assert.fail("nothing is outside");
const relu = (shape: (number | string)[]) =>
  onnxModel({ inputs: [value("x", shape)], nodes: [node("Relu", ["x"], ["y"])] });

test("0, −1, a symbol and nothing are an open axis alike; an open first axis is taken as 1 and said to be", () => {
  for (const open of [0, -1, "N", ""]) {
    assert.deepEqual(readInterface(relu([open, 3])).inputs, [
      { name: "x", shape: [1, 3], type: "float32", assumed: [0] },
    ]);
    assert.deepEqual(readModel(relu([open, 3])).tensors.get("y")?.shape, [1, 3]);
    assert.throws(() => readInterface(relu([1, open])), { code: "invalid-model", hint: /--input x=1x16/ });
    const given = readInterface(relu([open, open]), { inputShapes: { x: [2, 5] } });
    assert.deepEqual(given.inputs[0], { name: "x", shape: [2, 5], type: "float32", assumed: [] });
  }
});

test("a settled ONNX file has its sizes stated and its weights inside; one that has is left as it is", () => {
  const complete = relu([2, 3]);
  assert.equal(settleModel("onnx", complete, { shapes: { x: [2, 3] }, externalData: noFile }), complete);
  const open = settleModel("onnx", relu(["N", 3]), { shapes: { x: [4, 3] }, externalData: noFile });
  assert.deepEqual(readInterface(open).inputs[0]?.shape, [4, 3]);
  const weight = tensor("w", [2], []);
  weight.dataLocation = 1;
  const entry = (key: string, text: string) => ({
    $typeName: "onnx.StringStringEntryProto" as const,
    key,
    value: text,
  });
  weight.externalData = [entry("location", "w.bin"), entry("offset", "4"), entry("length", "8")];
  const bytes = onnxModel({ inputs: [value("x", [2])], constants: [weight], nodes: [node("Add", ["x", "w"], ["y"])] });
  const file = new Uint8Array(Float32Array.of(0, 1, 2).buffer);
  const externalData = (_: string, offset: number, length = 0) => file.slice(offset, offset + length);
  const whole = readModel(settleModel("onnx", bytes, { shapes: {}, externalData }));
  assert.deepEqual(Array.from(whole.tensors.get("w")!.values!), [1, 2]);
  const short = { shapes: {}, externalData: () => file.slice(0, 4) };
  assert.throws(() => settleModel("onnx", bytes, short), { code: "invalid-model", message: /ends before/ });
});

/** Two graphs of one RELU each. */
const twoGraphs = encodeTflite({
  version: 3,
  operatorCodes: [{ deprecatedBuiltinCode: 19, builtinCode: 19, version: 1 }],
  subgraphs: [8, 4].map((size, i) => ({
    name: `graph${i}`,
    inputs: [0],
    outputs: [1],
    operators: [{ opcodeIndex: 0, inputs: [0], outputs: [1] }],
    tensors: ["x", "y"].map((name) => ({
      name,
      shape: [1, size],
      shapeSignature: [-1, size],
      type: tensorTypes.FLOAT32,
      buffer: 0,
    })),
  })),
  buffers: [{}],
  signatureDefs: ["decode", "prefill"].map((signatureKey, subgraphIndex) => ({
    signatureKey,
    subgraphIndex,
    inputs: [{ name: "x", tensorIndex: 0 }],
    outputs: [{ name: "y", tensorIndex: 1 }],
  })),
});

test("a .tflite file's signatures are named and chosen", () => {
  const first = readInterface(twoGraphs);
  assert.deepEqual([first.signature, first.signatures, first.graph], ["decode", ["decode", "prefill"], 0]);
  const second = readInterface(twoGraphs, { signature: "prefill" });
  assert.deepEqual([second.inputs[0]?.shape, second.graph], [[1, 4], 1]);
  assert.deepEqual(readModel(twoGraphs, { signature: "prefill" }).tensors.get("x")?.shape, [1, 4]);
  assert.throws(() => readModel(twoGraphs, { signature: "prefil" }), {
    code: "bad-usage",
    hint: /did you mean "prefill"/,
  });
});

test("a settled .tflite file has the chosen graph in front and the given shapes, all else as it was", () => {
  const same = settleModel("tflite", twoGraphs, { shapes: { x: [1, 8] }, externalData: noFile });
  assert.equal(same, twoGraphs);
  const other = settleModel("tflite", twoGraphs, { shapes: { x: [3, 4] }, graph: 1, externalData: noFile });
  assert.equal(other.length, twoGraphs.length);
  const [front, behind] = decodeTflite(other).subgraphs!;
  assert.deepEqual([front?.name, behind?.name], ["graph1", "graph0"]);
  assert.deepEqual(front?.tensors?.[0]?.shape, [3, 4]);
  assert.deepEqual(front?.tensors?.[0]?.shapeSignature, [3, 4]);
  assert.deepEqual(behind?.tensors?.[0]?.shape, [1, 8]);
});
