import assert from "node:assert/strict";
import { test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { TensorProto_DataType as DataType, ModelProtoSchema } from "../formats/onnx/index.js";
import { createSession } from "./onnx-runtime.js";

/** c = a + b on vectors of a length left open. */
function addition(operator = "Add"): Uint8Array {
  const value = (name: string) => ({
    name,
    type: {
      value: {
        case: "tensorType" as const,
        value: { elemType: DataType.FLOAT, shape: { dim: [{ value: { case: "dimParam" as const, value: "n" } }] } },
      },
    },
  });
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ version: 17n }],
    graph: {
      name: "addition",
      node: [{ opType: operator, input: ["a", "b"], output: ["c"] }],
      input: [value("a"), value("b")],
      output: [value("c")],
    },
  });
  return toBinary(ModelProtoSchema, model);
}

const vector = (...values: number[]) => ({ shape: [values.length], values: Float32Array.from(values) });

test("runs a model, again and again, with any length", async () => {
  const session = await createSession(addition());
  assert.deepEqual((await session.run({ a: vector(1, 2), b: vector(3, 4) })).c, vector(4, 6));
  assert.deepEqual((await session.run({ a: vector(1), b: vector(0.5) })).c, vector(1.5));
  await session.release();
});

test("two sessions are independent; a feed is not changed", async () => {
  const [first, second] = [await createSession(addition()), await createSession(addition("Sub"))];
  const feeds = { a: vector(5), b: vector(2) };
  const [sum, difference] = await Promise.all([first.run(feeds), second.run(feeds)]);
  assert.equal(sum.c!.values[0], 7);
  assert.equal(difference.c!.values[0], 3);
  assert.deepEqual(feeds, { a: vector(5), b: vector(2) });
  await first.release();
  await second.release();
});

test("what is no model, or does not fit the model, is refused with the engine's reason", async () => {
  await assert.rejects(createSession(new Uint8Array([1, 2, 3])), { code: "invalid-model" });
  await assert.rejects(createSession(addition("NoSuchOperator")), { code: "invalid-model", message: /NoSuchOperator/ });
  const session = await createSession(addition());
  await assert.rejects(session.run({ a: vector(1) }), { code: "invalid-model", message: /b/ });
  await assert.rejects(session.run({ a: vector(1, 2), b: vector(1, 2, 3) }), { code: "invalid-model" });
  const integers = { shape: [1], values: BigInt64Array.of(1n) };
  await assert.rejects(session.run({ a: integers, b: vector(1) }), { code: "invalid-model" });
  await session.release();
});
