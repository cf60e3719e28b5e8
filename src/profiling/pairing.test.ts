import assert from "node:assert/strict";
import { test } from "node:test";
import type { OperatorTime } from "../engines/index.js";
import type { EngineNode } from "../kernels/index.js";
import { pairOperators } from "./pairing.js";

const node = (name: string, operator: string, shapes: number[][], kernel?: number[]): EngineNode => ({
  name,
  operator,
  domain: "",
  activation: undefined,
  adds: false,
  attributes: kernel === undefined ? {} : { kernel_shape: kernel },
  inputShape: shapes[0]!,
  inputBlocked: false,
  outputShapes: [shapes[1]!],
  blocked: false,
  sources: [name],
});

const ran = (name: string, operator: string, inputShapes: number[][], output: number[]): OperatorTime => ({
  name,
  operator,
  inputShapes,
  outputShapes: [output],
  timesMs: [1],
});

const image = [1, 8, 8, 16];

test("convolutions are told apart by the shape of their weights", () => {
  const nodes = [node("a", "Conv", [image, image], [3, 3]), node("b", "Conv", [image, image], [5, 5])];
  const operators = [
    ran("x", "FusedConv", [image, [16, 16, 5, 5]], image),
    ran("y", "FusedConv", [image, [16, 16, 3, 3]], image),
  ];
  const paired = pairOperators(nodes, operators, 1);
  assert.deepEqual(
    paired.operators.map(([operator]) => operator?.name),
    ["y", "x"],
  );
  assert.deepEqual(paired.extra, []);
});

test("where the weights were packed and have no shape, the name tells", () => {
  const nodes = [node("Conv_1", "Conv", [image, image], [3, 3]), node("Conv_12", "Conv", [image, image], [5, 5])];
  const shapes = [image, [], [], [16], [16], [], [], [16]];
  const operators = [ran("Conv_12_token_9", "QLinearConv", shapes, image), ran("Conv_1", "QLinearConv", shapes, image)];
  const paired = pairOperators(nodes, operators, 1);
  assert.deepEqual(
    paired.operators.map(([operator]) => operator?.name),
    ["Conv_1", "Conv_12_token_9"],
  );
});

test("a concatenation of integers is given scales before its first tensor", () => {
  const nodes = [node("c", "Concat", [image, [1, 8, 8, 32]])];
  const operators = [ran("c", "QLinearConcat", [[], [], image, [], [], image, [], []], [1, 8, 8, 32])];
  assert.equal(pairOperators(nodes, operators, 1).operators[0]!.length, 1);
});

test("an operator that no node stands for is left over, and a node that did not run has none", () => {
  const paired = pairOperators([node("a", "Relu", [image, image])], [ran("q", "Cast", [image], image)], 1);
  assert.deepEqual(paired.operators, [[]]);
  assert.equal(paired.extra.length, 1);
});
