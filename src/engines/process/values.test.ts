import assert from "node:assert/strict";
import { test } from "node:test";
import { asFloats, halfBits, randomValues, valuesOfType } from "./values.js";

test("every element type has values; floats are in ±1 and not denormal", () => {
  for (const type of ["float32", "float64", "float16"]) {
    const floats = asFloats(type, randomValues(type, 1000));
    assert.ok(
      floats.every((value) => Math.abs(value) <= 1),
      type,
    );
    assert.ok(floats.some((value) => value < -0.5) && floats.some((value) => value > 0.5), type);
  }
  for (const type of ["int8", "uint8", "bool", "int16", "uint16", "int32", "uint32", "int64", "uint64"])
    assert.ok(
      asFloats(type, randomValues(type, 3)).every((value) => value === 0),
      type,
    );
  assert.throws(() => randomValues("string", 1), /type string/);
});

test("halves, known bit patterns", () => {
  assert.equal(halfBits(1), 0x3c00);
  assert.equal(halfBits(-2), 0xc000);
  assert.equal(halfBits(0.5), 0x3800);
  assert.equal(halfBits(0), 0);
  assert.equal(halfBits(1e-6), 0);
  assert.equal(halfBits(65504), 0x7bff);
  assert.equal(halfBits(Number.POSITIVE_INFINITY), 0x7c00);
  assert.deepEqual(
    asFloats("float16", valuesOfType("float16", Float32Array.of(1, -0.25, 0))),
    Float32Array.of(1, -0.25, 0),
  );
});
