import assert from "node:assert/strict";
import { test } from "node:test";
import { createGraphBuilder } from "../graph/index.js";
import { nameByKernel, operatorsByKernel } from "./named-network.js";

function network() {
  const b = createGraphBuilder("two");
  const first = b.node("Relu", [b.input("x", [1, 4, 8, 8])]);
  const second = b.node("Sigmoid", [first]);
  return b.build([b.node("Tanh", [second])]);
}

test("nodes and what they write bear their kernel, and nothing else changes", () => {
  const graph = network();
  const [relu, sigmoid, tanh] = graph.nodes as [
    (typeof graph.nodes)[0],
    (typeof graph.nodes)[0],
    (typeof graph.nodes)[0],
  ];
  const named = nameByKernel(graph, [{ nodes: [relu.name, sigmoid.name] }, { nodes: [tanh.name] }]);
  assert.deepEqual(
    named.nodes.map(({ name }) => name),
    [`k0/${relu.name}`, `k0/${sigmoid.name}`, `k1/${tanh.name}`],
  );
  assert.deepEqual(named.inputs, graph.inputs);
  assert.deepEqual(named.outputs, [`k1/${graph.outputs[0]}`]);
  assert.deepEqual(named.nodes[1]!.inputs, named.nodes[0]!.outputs);
  for (const [name, tensor] of named.tensors) assert.equal(tensor.name, name);
  assert.equal(named.tensors.size, graph.tensors.size);
});

test("operators go to the kernel in their name, also behind what an engine puts in front of it", () => {
  const operator = (name: string) => ({ name, operator: "Any", timesMs: [1] });
  const given = ["k1/b", "split_k0/a", "k1/b_reorder", "constant", "k7/of no kernel"].map(operator);
  const { operators, extra } = operatorsByKernel(given, 2);
  assert.deepEqual(
    operators.map((of) => of.map(({ name }) => name)),
    [["split_k0/a"], ["k1/b", "k1/b_reorder"]],
  );
  assert.deepEqual(
    extra.map(({ name }) => name),
    ["constant", "k7/of no kernel"],
  );
});
