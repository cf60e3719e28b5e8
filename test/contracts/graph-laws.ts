/** What holds of every Graph, whoever made it: readers, builder, search spaces. */
import assert from "node:assert/strict";
import type { Graph } from "../../src/graph/index.js";

/** @throws AssertionError naming the law that is broken. */
export function checkGraphLaws(graph: Graph): void {
  const produced = new Set(graph.inputs);
  for (const input of graph.inputs)
    assert.equal(graph.tensors.get(input)?.constant, false, `input ${input} is constant`);
  const names = new Set<string>();
  for (const node of graph.nodes) {
    assert.ok(node.name !== "" && !names.has(node.name), `node name "${node.name}" is not unique`);
    names.add(node.name);
    for (const input of node.inputs) {
      const ready = input === "" || graph.tensors.get(input)?.constant === true || produced.has(input);
      assert.ok(ready, `input ${input} of ${node.name} is used before it is there`);
    }
    for (const output of node.outputs) {
      assert.ok(!produced.has(output), `${output} is produced twice`);
      if (output !== "") produced.add(output);
    }
    const runs = node.outputs.some((output) => graph.tensors.get(output)?.constant === false);
    assert.ok(runs, `${node.name} computes only constants`);
  }
  for (const output of graph.outputs) {
    assert.ok(produced.has(output) || graph.tensors.get(output)?.constant, `output ${output} is produced by nothing`);
  }
  for (const [name, tensor] of graph.tensors) {
    assert.equal(tensor.name, name);
    for (const size of tensor.shape) assert.ok(Number.isSafeInteger(size) && size >= 0, `${name}: ${tensor.shape}`);
    const count = tensor.shape.reduce((product, size) => product * size, 1);
    if (tensor.values) assert.equal(tensor.values.length, count, `${name} has another number of values`);
  }
}
