import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeTflite, isTflite } from "./decode.js";
import { encodeTflite } from "./encode.js";
import type { TfliteModel } from "./table-types.js";

const model: TfliteModel = {
  version: 3,
  description: "half a model",
  operatorCodes: [{ deprecatedBuiltinCode: 3, builtinCode: 3, version: 2 }],
  buffers: [{}, { data: Uint8Array.of(1, 2, 3, 4, 5) }],
  subgraphs: [
    {
      name: "main",
      inputs: [0],
      outputs: [1],
      tensors: [
        { name: "x", shape: [1, 4, 4, 3], type: 0, buffer: 0 },
        {
          name: "w",
          shape: [5],
          type: 9,
          buffer: 1,
          quantization: { scale: [0.5, 0.25], zeroPoint: [0, -3], quantizedDimension: 1 },
        },
      ],
      operators: [
        {
          opcodeIndex: 0,
          inputs: [0, 1, -1],
          outputs: [1],
          builtinOptions: { table: "Conv2DOptions", padding: 1, strideW: 2, strideH: 2, dilationWFactor: 1 },
        },
      ],
    },
  ],
};

test("what is written is read back, defaults filled in", () => {
  const bytes = encodeTflite(model);
  assert.ok(isTflite(bytes));
  const read = decodeTflite(bytes);
  assert.equal(read.version, 3);
  assert.equal(read.description, "half a model");
  assert.deepEqual(Array.from(read.buffers![1]!.data!), [1, 2, 3, 4, 5]);
  const [subgraph] = read.subgraphs!;
  assert.deepEqual(subgraph!.tensors![1]!.quantization!.scale, [0.5, 0.25]);
  assert.deepEqual(subgraph!.tensors![1]!.quantization!.zeroPoint, [0, -3]);
  const [operator] = subgraph!.operators!;
  assert.deepEqual(operator!.inputs, [0, 1, -1]);
  assert.deepEqual(operator!.builtinOptions, {
    table: "Conv2DOptions",
    padding: 1,
    strideW: 2,
    strideH: 2,
    fusedActivationFunction: 0,
    dilationWFactor: 1,
    dilationHFactor: 1,
    quantizedBiasType: 0,
  });
});

test("weights lie at multiples of 16 bytes, as engines that map the file expect", () => {
  for (const length of [1, 15, 16, 17, 33]) {
    const data = new Uint8Array(length).fill(7);
    const bytes = encodeTflite({ version: 3, buffers: [{}, { data }, { data }] });
    for (const { data: found } of decodeTflite(bytes).buffers!.slice(1)) {
      assert.equal((found!.byteOffset - bytes.byteOffset) % 16, 0);
      assert.deepEqual(found, data);
    }
  }
});

test("equal models have equal bytes", () => assert.deepEqual(encodeTflite(model), encodeTflite(model)));

test("what is no .tflite file, or is cut off, is refused with a typed error", () => {
  assert.throws(() => decodeTflite(Uint8Array.of(1, 2, 3)), { code: "invalid-model" });
  const bytes = encodeTflite(model);
  for (let length = 9; length < bytes.length; length += 7) {
    try {
      decodeTflite(bytes.slice(0, length));
    } catch (error) {
      assert.equal((error as { code?: string }).code, "invalid-model");
    }
  }
});
