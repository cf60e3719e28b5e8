import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { conv, createGraphBuilder, fc, flatten, type Graph, globalAvgPool, layerNorm } from "../graph/index.js";
import { writeOnnx } from "./onnx/write.js";
import { quantizeGraph } from "./quantize.js";

function smallNet(): Graph {
  const b = createGraphBuilder("net");
  const x = conv(b, b.input("x", [1, 3, 8, 8]), { cout: 8, kernel: 3, activation: "relu" });
  const y = b.node("Add", [conv(b, x, { cout: 8, kernel: 1 }), x]);
  return b.build([fc(b, flatten(b, globalAvgPool(b, y)), 4)]);
}

const nodesOf = (graph: Graph, operator: string) => graph.nodes.filter((node) => node.operator === operator);
const valuesOf = (graph: Graph, name: string | undefined) => Array.from(graph.tensors.get(name ?? "")!.values!);

describe("quantizeGraph", () => {
  const quantized = quantizeGraph(smallNet());

  it("keeps the names of inputs and outputs and defines every tensor before it is read", () => {
    assert.deepEqual(quantized.inputs, smallNet().inputs);
    assert.deepEqual(quantized.outputs, smallNet().outputs);
    const known = new Set(quantized.inputs);
    for (const node of quantized.nodes) {
      for (const name of node.inputs) assert.ok(known.has(name) || quantized.tensors.get(name)!.constant, name);
      for (const name of node.outputs) {
        assert.ok(!known.has(name) && quantized.tensors.has(name), name);
        known.add(name);
      }
    }
    for (const name of quantized.outputs) assert.ok(known.has(name));
  });

  it("has zero point 0 after ReLU and no pair between convolution and ReLU", () => {
    const [relu] = nodesOf(quantized, "Relu");
    const producer = quantized.nodes.find((node) => node.outputs[0] === relu!.inputs[0]);
    assert.equal(producer!.operator, "Conv");
    const reader = quantized.nodes.find((node) => node.inputs[0] === relu!.outputs[0]);
    assert.equal(reader!.operator, "QuantizeLinear");
    assert.deepEqual(valuesOf(quantized, reader!.inputs[2]), [0]);
  });

  it("gives a bias the scale of its input times that of its weight", () => {
    for (const node of nodesOf(quantized, "Conv")) {
      const scaleOf = (index: number) => {
        const source = quantized.nodes.find((candidate) => candidate.outputs[0] === node.inputs[index]);
        return valuesOf(quantized, source!.inputs[1]);
      };
      const [input] = scaleOf(0);
      for (const [channel, bias] of scaleOf(2).entries())
        assert.ok(Math.abs(bias / (input! * scaleOf(1)[channel]!) - 1) < 1e-6);
    }
  });

  it("leaves alone what has no 8-bit kernel, and what is quantised already", () => {
    const b = createGraphBuilder("float");
    const graph = quantizeGraph(b.build([layerNorm(b, b.input("x", [1, 2, 8]))]));
    assert.equal(nodesOf(graph, "QuantizeLinear").length, 0);
    assert.equal(quantizeGraph(quantized), quantized);
    assert.throws(() => quantizeGraph({ ...smallNet(), opset: 12 }), { code: "unsupported-operator" });
  });

  it("a quarter of the weights' bytes are left", () => {
    const b = createGraphBuilder("fc");
    const graph = b.build([fc(b, b.input("x", [1, 512]), 512)]);
    const ratio = writeOnnx(graph, { precision: "int8" }).length / writeOnnx(graph).length;
    assert.ok(ratio > 0.24 && ratio < 0.28, String(ratio));
  });
});
