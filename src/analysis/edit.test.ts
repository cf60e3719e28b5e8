import assert from "node:assert/strict";
import { test } from "node:test";
import { LitepredError } from "../base/index.js";
import { conv, createGraphBuilder, depthwise, fc, type Graph } from "../graph/index.js";
import { detectKernels, fusionRules } from "../kernels/index.js";
import { editGraph, layerOf } from "./index.js";

/** An inverted residual between two convolutions, then a classifier. */
function example(): Graph {
  const b = createGraphBuilder("example");
  let x = conv(b, b.input("x", [1, 3, 32, 32]), { cout: 16, kernel: 3, activation: "relu" });
  const wide = conv(b, x, { cout: 64, kernel: 1, activation: "relu" });
  const deep = depthwise(b, wide, { kernel: 3, activation: "swish" });
  x = b.node("Add", [x, conv(b, deep, { cout: 16, kernel: 1 })]);
  x = b.node("Flatten", [b.node("GlobalAveragePool", [x])], { axis: 1 });
  return b.build([fc(b, x, 10)]);
}

const graph = example();
const kernels = (of: Graph) => detectKernels(of, fusionRules("generic")).kernels;
const layers = kernels(graph).flatMap(({ nodes }) => layerOf(graph, nodes) ?? []);
const flopsOf = (of: Graph) => kernels(of).reduce((sum, { flops }) => sum + flops, 0);

test("a layer says what it is", () => {
  assert.deepEqual(
    layers.map(({ width, kernel, stride }) => [width, kernel, stride]),
    [
      [16, 3, 1],
      [64, 1, 1],
      [64, 3, 1],
      [16, 1, 1],
      [10, undefined, undefined],
    ],
  );
});

test("a width goes through a depthwise convolution to the layer behind it", () => {
  const wider = editGraph(graph, [{ node: layers[1]!.node, what: "width", to: 96 }]);
  const widths = kernels(wider).flatMap(({ nodes }) => layerOf(wider, nodes)?.width ?? []);
  assert.deepEqual(widths, [16, 96, 96, 16, 10]);
  assert.ok(flopsOf(wider) > flopsOf(graph));
});

test("what is added has as many channels, and the classifier reads them", () => {
  const wider = editGraph(graph, [{ node: layers[3]!.node, what: "width", to: 24 }]);
  const widths = kernels(wider).flatMap(({ nodes }) => layerOf(wider, nodes)?.width ?? []);
  assert.deepEqual(widths, [24, 64, 64, 24, 10]);
});

test("a larger kernel keeps the size of the image, a stride halves it", () => {
  const shapeOf = (of: Graph, i: number) =>
    of.tensors.get(of.nodes.find(({ name }) => name === layers[i]!.node)!.outputs[0]!)!.shape;
  assert.deepEqual(shapeOf(editGraph(graph, [{ node: layers[2]!.node, what: "kernel", to: 5 }]), 2), [1, 64, 32, 32]);
  assert.deepEqual(shapeOf(editGraph(graph, [{ node: layers[0]!.node, what: "stride", to: 2 }]), 2), [1, 64, 16, 16]);
});

test("activations are exchanged, added and taken away", () => {
  const activationOf = (of: Graph, i: number) =>
    kernels(of).find(({ nodes }) => nodes.includes(layers[i]!.node))?.config.activation;
  for (const [i, to] of [
    [0, "hswish"],
    [2, "relu"],
    [3, "relu6"],
  ] as const)
    assert.equal(activationOf(editGraph(graph, [{ node: layers[i]!.node, what: "activation", to }]), i), to);
  assert.equal(activationOf(editGraph(graph, [{ node: layers[0]!.node, what: "activation", to: "none" }]), 0), "none");
});

test("what does not fit is refused with its reason", () => {
  const refused = (edit: Parameters<typeof editGraph>[1][number]) =>
    assert.throws(
      () => editGraph(graph, [edit]),
      (error) => error instanceof LitepredError && error.code === "bad-usage",
    );
  refused({ node: layers[1]!.node, what: "width", to: 0 });
  refused({ node: layers[3]!.node, what: "stride", to: 2 });
  refused({ node: "nothing", what: "width", to: 8 });
  refused({ node: graph.nodes.find(({ operator }) => operator === "Relu")!.name, what: "width", to: 8 });
});
