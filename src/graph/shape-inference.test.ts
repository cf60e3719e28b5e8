import assert from "node:assert/strict";
import { test } from "node:test";
import { createGraphBuilder } from "./builder.js";
import type { AttributeValue, GraphNode, Tensor } from "./graph.js";
import { inferOutputs } from "./shape-inference.js";

type Attributes = Record<string, AttributeValue>;

const node = (operator: string, outputs: string[], attributes: Attributes = {}): GraphNode => ({
  name: "n",
  operator,
  domain: "",
  inputs: [],
  outputs,
  attributes,
});
const runtime = (shape: number[]): Tensor => ({ name: "x", shape, type: "float32", constant: false });
const weight = (shape: number[]): Tensor => ({ name: "w", shape, type: "float32", constant: true });
const longs = (...values: number[]): Tensor => ({
  name: "c",
  shape: [values.length],
  type: "int64",
  constant: true,
  values,
});
const one = (operator: string, inputs: (Tensor | undefined)[], attributes: Attributes = {}, opset = 17): Tensor =>
  inferOutputs(node(operator, ["y"], attributes), inputs, opset)[0]!;

test("a convolution: (in + pads − (dilation·(k−1) + 1)) / stride + 1, rounded down", () => {
  const strided = one("Conv", [runtime([1, 3, 224, 200]), weight([32, 3, 3, 3])], {
    strides: [2, 2],
    pads: [1, 1, 1, 1],
  });
  assert.deepEqual(strided, { name: "y", shape: [1, 32, 112, 100], type: "float32", constant: false });
  const row = one("Conv", [runtime([2, 8, 17, 17]), weight([8, 1, 1, 7])], { group: 8, pads: [0, 3, 0, 3] });
  assert.deepEqual(row.shape, [2, 8, 17, 17]);
});

test("constant inputs give a constant output, with values only where they are known", () => {
  assert.equal(one("Add", [weight([4]), weight([4])]).constant, true);
  assert.equal(one("Add", [weight([4]), weight([4])]).values, undefined);
  assert.deepEqual(one("Add", [longs(1, 2), longs(10)]).values, [11, 12]);
  assert.equal(one("Add", [runtime([4]), weight([4])]).constant, false);
});

test("the shape of anything is constant", () => {
  const shape = one("Shape", [runtime([1, 3, 8, 9])]);
  assert.deepEqual(shape, { name: "y", shape: [4], type: "int64", constant: true, values: [1, 3, 8, 9] });
});

test("what is chosen at run time is as much as it can be", () => {
  assert.deepEqual(one("NonZero", [runtime([2, 3])]).shape, [2, 6]);
  assert.deepEqual(one("Compress", [runtime([2, 3]), runtime([3])], { axis: 1 }).shape, [2, 3]);
  assert.deepEqual(one("Compress", [runtime([2, 3]), runtime([6])]).shape, [6]);
});

test("random numbers are never constant", () => {
  assert.equal(one("RandomNormal", [], { shape: [2] }).constant, false);
});

test("integers divide towards zero, floats are stored in single precision", () => {
  assert.deepEqual(one("Div", [longs(7, -7), longs(2)]).values, [3, -3]);
  const third = { ...longs(1), type: "float32" as const };
  assert.deepEqual(one("Div", [third, { ...third, values: [3] }]).values, [Math.fround(1 / 3)]);
});

test("values are carried up to 4,096 elements", () => {
  assert.equal(one("ConstantOfShape", [longs(64, 64)]).values?.length, 4096);
  assert.equal(one("ConstantOfShape", [longs(64, 65)]).values, undefined);
});

test("axes and sizes come from attributes or inputs, as the opset has it", () => {
  const x = runtime([2, 1, 3]);
  assert.deepEqual(one("Squeeze", [x], { axes: [1] }, 11).shape, [2, 3]);
  assert.deepEqual(one("Squeeze", [x, longs(1)], {}, 13).shape, [2, 3]);
  const image = runtime([1, 2, 4, 4]);
  const scales = { ...longs(1, 1, 2, 2), type: "float32" as const };
  assert.deepEqual(one("Resize", [image, scales], {}, 10).shape, [1, 2, 8, 8]);
  assert.deepEqual(one("Resize", [image, undefined, scales], {}, 11).shape, [1, 2, 8, 8]);
  assert.deepEqual(one("Resize", [image, undefined, undefined, longs(1, 2, 5, 6)], {}, 11).shape, [1, 2, 5, 6]);
});

test("a node of several outputs has them in its order", () => {
  const parts = inferOutputs(node("Split", ["a", "b"], { axis: 1, split: [1, 2] }), [runtime([1, 3])], 11);
  assert.deepEqual(
    parts.map(({ name, shape }) => [name, ...shape]),
    [
      ["a", 1, 1],
      ["b", 1, 2],
    ],
  );
});

test("what does not fit is refused, naming the node and the shapes", () => {
  const refused = (run: () => unknown, code: string, message: RegExp) => assert.throws(run, { code, message });
  refused(
    () => one("MatMul", [runtime([2, 3]), weight([4, 5])]),
    "invalid-model",
    /MatMul node "n": shapes \[2,3\] and \[4,5\]/,
  );
  refused(() => one("Add", [runtime([2, 3])]), "invalid-model", /input 1 is missing/);
  refused(() => one("Relu", []), "invalid-model", /input 0 is missing/);
  refused(() => one("Reshape", [runtime([6]), longs(4, -1)]), "invalid-model", /\[6\] cannot become \[4,-1\]/);
  refused(() => one("Reshape", [runtime([6]), runtime([2])]), "unsupported-operator", /known only at run time/);
  refused(() => one("Frobnicate", [runtime([6])]), "unsupported-operator", /Frobnicate has no shape rule/);
  refused(() => one("Expand", [runtime([1]), longs(65536, 65536)]), "limit-exceeded", /more than/);
  refused(() => one("Conv", [runtime([1, 3, 2, 2]), weight([8, 3, 5, 5])]), "invalid-model", /window of 5/);
});

test("the builder grows a graph with shapes as it goes", () => {
  const builder = createGraphBuilder("m");
  const x = builder.input("x", [1, 3, 32, 32]);
  const conv = builder.node("Conv", [x, builder.constant([8, 3, 3, 3])], { pads: [1, 1, 1, 1], strides: [2, 2] });
  const pooled = builder.node("GlobalAveragePool", [builder.node("Relu", [conv])]);
  const flat = builder.node("Flatten", [pooled]);
  assert.deepEqual(builder.shape(flat), [1, 8]);
  assert.equal(builder.build([flat]).nodes.length, 4);
});
