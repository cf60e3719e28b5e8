import assert from "node:assert/strict";
import { test } from "node:test";
import { LitepredError } from "../../base/index.js";
import { readSafetensors, writeSafetensors } from "./index.js";

const file = {
  tensors: {
    weights: { shape: [2, 3], values: Float32Array.of(1, -2, 3.5, 0, 1e-30, 7) },
    steps: { shape: [2], values: Int32Array.of(1, -1) },
    exact: { shape: [], values: Float64Array.of(Math.PI) },
  },
  metadata: { format: "test", note: "grüße" },
};

test("what is written is read back", () => {
  const read = readSafetensors(writeSafetensors(file));
  assert.deepEqual(read.metadata, file.metadata);
  for (const [name, tensor] of Object.entries(file.tensors)) assert.deepEqual(read.tensors[name], tensor);
  assert.deepEqual(readSafetensors(Buffer.from(writeSafetensors(file))), read, "a Buffer is read alike");
});

test("the layout is the published one: length, header padded to 8 bytes, tensors", () => {
  const bytes = writeSafetensors(file);
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  assert.equal(length % 8, 0);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<
    string,
    { dtype: string }
  >;
  assert.equal(header.weights?.dtype, "F32");
  assert.equal(bytes.length, 8 + length + 6 * 4 + 2 * 4 + 8);
});

test("a file that is cut short or damaged is refused, never misread", () => {
  const bytes = writeSafetensors(file);
  const isTyped = (error: unknown) => error instanceof LitepredError && error.code === "corrupt-artefact";
  for (const length of [0, 7, 8, 40, bytes.length - 1])
    assert.throws(() => readSafetensors(bytes.subarray(0, length)), isTyped);
  const huge = bytes.slice();
  new DataView(huge.buffer).setBigUint64(0, 2n ** 62n, true);
  assert.throws(() => readSafetensors(huge), isTyped);
  const text = new TextDecoder("latin1").decode(bytes).replace('"shape":[2,3]', '"shape":[9,3]');
  assert.throws(() => readSafetensors(Uint8Array.from(text, (c) => c.charCodeAt(0))), isTyped);
});
