import assert from "node:assert/strict";
import { test } from "node:test";
import type { OperatorTime } from "../engines/contract.js";
import { createGraphBuilder } from "../graph/index.js";
import { attribute } from "./attribution.js";
import { packKernels } from "./bundle.js";

const timed = (name: string, operator: string, inputs: string[], outputs: string[]): OperatorTime => ({
  name,
  operator,
  inputs,
  outputs,
  timesMs: [1],
});
const names = (operators: readonly OperatorTime[]) => operators.map(({ name }) => name);

test("operators go to the kernel of their name, of their tensors, or of their neighbours", () => {
  const operators = [
    timed("k0/#source0", "Conv", ["k0/#seed0"], ["t0"]),
    timed("ReorderInput", "ReorderInput", ["t0"], ["t1"]),
    timed("k0/conv_nchwc", "Conv", ["t1", "w"], ["t2"]),
    timed("ReorderOutput", "ReorderOutput", ["t2"], ["k0/y"]),
    timed("k0/#marker0", "Reshape", ["k0/y"], ["k0/#flat0"]),
    timed("Gelu_7", "Gelu", ["k1/x"], ["t3"]),
    timed("fused", "Mul", ["t3", "w"], ["t4"]),
    timed("k1/#marker0", "Reshape", ["t4"], ["k1/#flat0"]),
    timed("nobody", "Add", ["w"], ["z"]),
  ];
  const { kernels, markers, stray } = attribute(operators, [
    { type: "conv-bn-relu", config: {}, operators: ["Conv"] },
    { type: "gelu", config: {}, operators: ["Div", "Erf", "Mul"] },
  ]);
  assert.deepEqual(names(kernels[0]!.core), ["k0/conv_nchwc"]);
  assert.deepEqual(names(kernels[0]!.edges), ["ReorderInput", "ReorderOutput"]);
  assert.deepEqual(names(kernels[1]!.core), ["Gelu_7", "fused"]);
  assert.deepEqual(names(markers), ["k0/#marker0", "k1/#marker0"]);
  assert.deepEqual(names(stray), ["nobody"]);
});

test("of a reorder kernel the reorder is the kernel and the carrier is not", () => {
  const operators = [
    timed("ReorderInput", "ReorderInput", ["k0/x"], ["t1"]),
    timed("k0/pool_nchwc", "MaxPool", ["t1"], ["t2"]),
    timed("ReorderOutput", "ReorderOutput", ["t2"], ["k0/y"]),
  ];
  const core = (direction: string) =>
    names(attribute(operators, [{ type: "reorder", config: { direction }, operators: ["MaxPool"] }]).kernels[0]!.core);
  assert.deepEqual(core("to-nchwc"), ["ReorderInput"]);
  assert.deepEqual(core("to-nchw"), ["ReorderOutput"]);
});

test("transposes that the engine adds are no part of the kernel, the kernel's own are", () => {
  const operators = [timed("Transpose_token_1", "Transpose", ["k0/x"], ["k0/y"])];
  const find = (own: string[]) => attribute(operators, [{ type: "t", config: {}, operators: own }]).kernels[0]!;
  assert.deepEqual(names(find(["Conv"]).edges), ["Transpose_token_1"]);
  assert.deepEqual(names(find(["Transpose"]).core), ["Transpose_token_1"]);
});

function relu(shape: readonly number[]) {
  const b = createGraphBuilder("relu");
  return b.build([b.node("Relu", [b.input("x", shape)])]);
}

test("a bundle frames each kernel with source, marker and sink, and keeps its tensors' shapes", () => {
  const bundle = packKernels([{ graph: relu([1, 64, 8, 8]) }, { graph: relu([1, 5]) }, { graph: relu([7, 5]) }]);
  const operators = (prefix: string) =>
    bundle.nodes.filter(({ name }) => name.startsWith(prefix)).map(({ operator }) => operator);
  assert.deepEqual(operators("k0/"), ["Conv", "LeakyRelu", "Relu", "Reshape", "Slice"]);
  assert.deepEqual(operators("k1/"), ["Neg", "Relu", "Reshape", "Slice"]);
  assert.deepEqual(operators("k2/"), ["Expand", "Relu", "Reshape", "Slice"]);
  assert.deepEqual(bundle.tensors.get("k0/x")!.shape, [1, 64, 8, 8]);
  assert.equal(new Set(bundle.nodes.flatMap(({ outputs }) => outputs)).size, bundle.nodes.length);
  const made = new Set([...bundle.inputs, ...bundle.nodes.flatMap(({ outputs }) => outputs)]);
  for (const { name, inputs } of bundle.nodes)
    for (const input of inputs)
      assert.ok(made.has(input) || bundle.tensors.get(input)?.constant, `${name} reads ${input}`);
  for (const output of bundle.outputs) assert.deepEqual(bundle.tensors.get(output)!.shape, [1]);
});

test("plain inputs are spread out instead of convolved; small bundles get a filler", () => {
  const [packed] = [packKernels([{ graph: relu([1, 64, 8, 8]), plainInputs: true }])];
  assert.equal(packed.nodes[0]!.operator, "Expand");
  assert.ok(packed.nodes.some(({ name }) => name.startsWith("fill/")));
  const large = packKernels([{ graph: relu([1, 64, 256, 256]) }]);
  assert.ok(!large.nodes.some(({ name }) => name.startsWith("fill/")));
});
