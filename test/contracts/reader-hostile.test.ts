/** Files that are wrong on purpose: each is refused with the right code and a message that names what is wrong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { LitepredError } from "../../src/base/index.js";
import { FunctionProtoSchema } from "../../src/formats/onnx/index.js";
import { readModel } from "../../src/readers/index.js";
import { fixture } from "../fixtures/index.js";
import { graph, ints, node, onnxModel, tensor, value } from "./onnx-model.js";

const image = value("x", [1, 3, 8, 8]);
const relu = node("Relu", ["x"], ["y"]);

function refuses(name: string, bytes: () => Uint8Array, code: string, says: RegExp): void {
  test(`refused: ${name}`, () => {
    assert.throws(
      () => readModel(bytes(), { name: "m.onnx" }),
      (error: LitepredError) => {
        assert.ok(error instanceof LitepredError, String((error as Error).stack));
        assert.equal(error.code, code, error.message);
        assert.match(error.message, says);
        assert.ok(error.message.startsWith("m.onnx: "), error.message);
        return true;
      },
    );
  });
}

/** A protobuf field that holds bytes. */
const field = (number: number, content: Uint8Array): Uint8Array => {
  const length: number[] = [];
  let rest = content.length;
  do {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return Uint8Array.of((number << 3) | 2, ...length, ...content);
};

refuses("an empty file", () => new Uint8Array(0), "invalid-model", /empty/);
refuses("a picture", () => new TextEncoder().encode("\x89PNG\r\n\x1a\n"), "invalid-model", /no model file/);
refuses("a web page", () => new TextEncoder().encode("<!DOCTYPE html>"), "invalid-model", /no model file/);
refuses(
  "a file that is cut off",
  () => fixture("squeezenet1_1.torchscript").model().subarray(0, 1_000_000),
  "invalid-model",
  /damaged at byte \d+: GraphProto claims \d+ bytes where \d+ are left/,
);
refuses("a model without a graph", () => Uint8Array.of(0x08, 0x07), "invalid-model", /no graph/);
refuses(
  "a model without outputs",
  () => onnxModel({ inputs: [image], nodes: [relu], outputs: [] }),
  "invalid-model",
  /no output/,
);

refuses(
  "messages nested hundreds deep",
  () => {
    // graph > node > attribute > graph > …
    let bytes: Uint8Array = new Uint8Array(0);
    for (let i = 0; i < 200; i++) bytes = field(1, field(5, field(6, bytes)));
    return field(7, bytes);
  },
  "limit-exceeded",
  /nested/,
);
refuses(
  "five million empty nodes",
  () => {
    const bytes = new Uint8Array(10_000_000);
    for (let i = 0; i < bytes.length; i += 2) bytes[i] = 0x0a;
    const head = [0x3a, 0x80, 0xad, 0xe2, 0x04];
    const whole = new Uint8Array(head.length + bytes.length);
    whole.set(head);
    whole.set(bytes, head.length);
    return whole;
  },
  "limit-exceeded",
  /messages/,
);
refuses(
  "a field of the wrong kind",
  () => Uint8Array.of(0x08, 0x07, 0x38, 0x01), // the graph as a number
  "invalid-model",
  /field 7 of ModelProto has wire type 0/,
);

refuses(
  "a weight of ten gigabytes",
  () => {
    const weight = tensor("w", [50_000, 50_000], []);
    return onnxModel({ inputs: [image], constants: [weight], nodes: [node("MatMul", ["x", "w"], ["y"])] });
  },
  "limit-exceeded",
  /"w" has 2500000000 elements/,
);
refuses(
  "a weight with less data than its shape says",
  () =>
    onnxModel({
      inputs: [image],
      constants: [tensor("w", [4, 3, 1, 1], [1, 2])],
      nodes: [node("Conv", ["x", "w"], ["y"])],
    }),
  "invalid-model",
  /"w" declares 12 elements but stores 2/,
);
refuses(
  "an expansion to a petabyte",
  () =>
    onnxModel({
      inputs: [image],
      constants: [ints("s", [1e6, 1e6, 8, 8])],
      nodes: [node("Expand", ["x1", "s"], ["y"]), node("ReduceSum", ["x"], ["x1"], { axes: [1] })],
      opset: 11,
    }),
  "limit-exceeded",
  /Expand node "Expand_\d": output "y" of shape \[1000000,1000000,8,8\]/,
);
refuses(
  "a weight of negative size",
  () => onnxModel({ inputs: [image], constants: [tensor("w", [-4, 3], [])], nodes: [relu] }),
  "invalid-model",
  /shape \[-4,3\]/,
);
refuses(
  "an input of negative size",
  () => onnxModel({ inputs: [value("x", [1, 3, -8, 8])], nodes: [relu] }),
  "invalid-model",
  /"x" has the shape \[1,3,-8,8\]/,
);
refuses(
  "a padding that leaves nothing",
  () =>
    onnxModel({ inputs: [image], constants: [tensor("w", [1, 3, 9, 9])], nodes: [node("Conv", ["x", "w"], ["y"])] }),
  "invalid-model",
  /window of 9/,
);
refuses(
  "a cycle",
  () =>
    onnxModel({
      inputs: [image],
      nodes: [node("Add", ["x", "b"], ["a"]), node("Relu", ["a"], ["b"]), node("Relu", ["b"], ["y"])],
    }),
  "invalid-model",
  /cycle/,
);
refuses(
  "an input out of nowhere",
  () => onnxModel({ inputs: [image], nodes: [node("Add", ["x", "ghost"], ["y"])] }),
  "invalid-model",
  /input "ghost" of node "" \(Add\) is produced by nothing/,
);
refuses(
  "an output out of nowhere",
  () => onnxModel({ inputs: [image], nodes: [relu], outputs: ["z"] }),
  "invalid-model",
  /output "z" of the model/,
);
refuses(
  "a tensor produced twice",
  () => onnxModel({ inputs: [image], nodes: [relu, node("Abs", ["x"], ["y"])] }),
  "invalid-model",
  /"y" is defined twice/,
);
refuses(
  "two weights of one name",
  () => onnxModel({ constants: [tensor("w", [1]), tensor("w", [1])], nodes: [relu] }),
  "invalid-model",
  /"w" is defined twice/,
);
refuses(
  "an unknown operator",
  () => onnxModel({ inputs: [image], nodes: [node("Magic", ["x"], ["y"])] }),
  "unsupported-operator",
  /operator Magic/,
);
refuses(
  "an opset of the future",
  () => onnxModel({ inputs: [image], nodes: [relu], opset: 99 }),
  "unsupported-operator",
  /opset 99/,
);
refuses(
  "weights outside the model's folder",
  () => {
    const weight = tensor("w", [1], []);
    weight.dataLocation = 1;
    weight.externalData = [{ $typeName: "onnx.StringStringEntryProto", key: "location", value: "../../etc/passwd" }];
    return onnxModel({ inputs: [image], constants: [weight], nodes: [node("Add", ["x", "w"], ["y"])] });
  },
  "invalid-model",
  /outside the model's folder/,
);

test("refused: constants whose folding would fill the memory", () => {
  const nodes = Array.from({ length: 5000 }, (_, i) => node("Add", [i === 0 ? "c" : `t${i - 1}`, "c"], [`t${i}`]));
  const last = node("Add", ["x", "t4999"], ["y"]);
  const bytes = onnxModel({ inputs: [value("x", [4096])], constants: [tensor("c", [4096])], nodes: [...nodes, last] });
  assert.throws(() => readModel(bytes), { code: "limit-exceeded" });
});

test("refused: functions that multiply (a billion nodes)", () => {
  const functions = Array.from({ length: 10 }, (_, level) =>
    create(FunctionProtoSchema, {
      domain: "f",
      name: `level${level}`,
      input: ["x"],
      output: ["y"],
      node: Array.from({ length: 10 }, (_, i) =>
        node(level === 9 ? "Relu" : `f:level${level + 1}`, [i === 0 ? "x" : `t${i - 1}`], [i === 9 ? "y" : `t${i}`]),
      ),
    }),
  );
  const bytes = onnxModel({ inputs: [image], functions, nodes: [node("f:level0", ["x"], ["y"])] });
  assert.throws(() => readModel(bytes), { code: "limit-exceeded" });
});

test("refused: a function that calls itself", () => {
  const itself = create(FunctionProtoSchema, {
    domain: "f",
    name: "f",
    input: ["x"],
    output: ["y"],
    node: [node("f:f", ["x"], ["y"])],
  });
  const bytes = onnxModel({ inputs: [image], functions: [itself], nodes: [node("f:f", ["x"], ["y"])] });
  assert.throws(() => readModel(bytes), { code: "invalid-model", message: /calls itself/ });
});

test("branches nested in branches are taken apart", () => {
  let branch = graph({ nodes: [relu] });
  for (let i = 0; i < 12; i++) {
    branch = graph({ nodes: [node("If", ["c"], ["y"], { then_branch: branch, else_branch: branch })] });
  }
  const bytes = onnxModel({ inputs: [image], constants: [tensor("c", [1], [1], "bool")], nodes: branch.node });
  assert.equal(readModel(bytes).nodes.length, 1);
});
