import assert from "node:assert/strict";
import { test } from "node:test";
import { builtinOperators, decodeTflite } from "../../formats/tflite/index.js";
import {
  activation,
  attend,
  conv,
  createGraphBuilder,
  type Graph,
  type GraphBuilder,
  geluTanh,
  reshape,
  transpose,
} from "../../graph/index.js";
import { writeTflite } from "./write.js";

function graphOf(build: (b: GraphBuilder) => string): Graph {
  const b = createGraphBuilder("test");
  return b.build([build(b)]);
}

const names = new Map<number, string>(Object.entries(builtinOperators).map(([name, code]) => [code, name]));
function operatorsOf(graph: Graph, precision: "fp32" | "int8" = "fp32"): string[] {
  const model = decodeTflite(writeTflite(graph, { precision }));
  const codes = model.operatorCodes!.map(
    (code) => names.get(Math.max(code.builtinCode!, code.deprecatedBuiltinCode!))!,
  );
  return model.subgraphs![0]!.operators!.map((operator) => codes[operator.opcodeIndex!]!);
}
const image = (b: GraphBuilder) => b.input("x", [1, 8, 14, 14]);

test("an activation goes into its convolution; TensorFlow's own padding needs no PAD, PyTorch's does", () => {
  const graph = (padding: "same" | undefined) =>
    graphOf((b) =>
      conv(b, image(b), { cout: 8, kernel: 3, stride: 2, activation: "relu6", ...(padding ? { padding } : {}) }),
    );
  assert.deepEqual(operatorsOf(graph("same")), ["CONV_2D"]);
  assert.deepEqual(operatorsOf(graph(undefined)), ["PAD", "CONV_2D"]);
});

test("the formula of GELU is one operator, its tanh form stays a formula", () => {
  assert.deepEqual(operatorsOf(graphOf((b) => activation(b, image(b), "gelu"))), ["GELU"]);
  assert.ok(!operatorsOf(graphOf((b) => geluTanh(b, image(b)))).includes("GELU"));
});

test("from image to tokens and back no byte moves", () => {
  const graph = graphOf((b) => {
    const y = conv(b, image(b), { cout: 8, kernel: 1 });
    const tokens = transpose(b, reshape(b, y, [1, 8, 196]), [0, 2, 1]);
    const back = reshape(b, transpose(b, tokens, [0, 2, 1]), [1, 8, 14, 14]);
    return conv(b, back, { cout: 8, kernel: 1 });
  });
  assert.ok(!operatorsOf(graph).includes("TRANSPOSE"));
});

test("a transpose that is all there is to measure is written", () => {
  assert.deepEqual(operatorsOf(graphOf((b) => transpose(b, b.input("x", [1, 4, 6, 8]), [0, 2, 3, 1]))), ["TRANSPOSE"]);
  assert.deepEqual(operatorsOf(graphOf((b) => transpose(b, b.input("x", [6, 8]), [1, 0]))), ["TRANSPOSE"]);
});

test("int8 operators follow each other without conversions; others get them", () => {
  const chain = graphOf((b) =>
    conv(b, conv(b, image(b), { cout: 8, kernel: 3, activation: "relu" }), { cout: 8, kernel: 1 }),
  );
  assert.deepEqual(operatorsOf(chain, "int8"), ["CONV_2D", "CONV_2D"]);
  const exponential = graphOf((b) => b.node("Exp", [conv(b, image(b), { cout: 8, kernel: 1 })]));
  assert.deepEqual(operatorsOf(exponential, "int8"), ["CONV_2D", "DEQUANTIZE", "EXP", "QUANTIZE"]);
});

test("attention is two batched products", () => {
  const graph = graphOf((b) =>
    attend(b, b.input("q", [1, 2, 9, 8]), b.input("k", [1, 2, 8, 9]), b.input("v", [1, 2, 9, 8])),
  );
  assert.deepEqual(operatorsOf(graph), ["MUL", "BATCH_MATMUL", "SOFTMAX", "BATCH_MATMUL"]);
});

test("what has no form is refused by name, and equal graphs have equal bytes", () => {
  assert.throws(() => writeTflite(graphOf((b) => b.node("Erf", [image(b)]))), {
    code: "unsupported-operator",
    message: /Erf/,
  });
  const graph = graphOf((b) => conv(b, image(b), { cout: 8, kernel: 1 }));
  assert.deepEqual(writeTflite(graph), writeTflite(graph));
  assert.notDeepEqual(writeTflite(graph), writeTflite(graph, { seed: 1 }));
});
