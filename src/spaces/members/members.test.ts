import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { elementCount, type Graph } from "../../graph/index.js";
import { buildExampleModel, exampleModelNames } from "./index.js";

/** Parameters as PyTorch counts them, multiply-adds (in millions) of convolutions and matrix products. Source: torchvision 0.29 and timm under PyTorch's FLOP counter. */
const published: Readonly<Record<string, readonly [params: number | undefined, multiplyAddsM: number]>> = {
  "mobilenet-v2": [3_504_872, 300.8],
  "mobilenet-v3-small": [2_542_856, 56.5],
  "mobilenet-v3-large": [5_483_032, 216.6],
  "resnet-18": [11_689_512, 1814.1],
  "resnet-50": [25_557_032, 4089.2],
  "squeezenet-1.1": [1_235_496, 349.2],
  "efficientnet-b0": [5_288_548, 385.8],
  "vit-tiny": [5_717_416, 1253.7],
  "resnet-34": [21_797_672, 3663.8],
  "squeezenet-1.0": [1_248_424, 818.9],
  "shufflenet-v2": [2_278_604, 144.9],
  "mnasnet-1.0": [4_383_312, 314.4],
  googlenet: [6_624_904, 1498.4],
  // Their batch norms do not each follow a convolution, so that parameters cannot be counted as above.
  "densenet-121": [undefined, 2834.2],
  "ghostnet-1.0": [undefined, 141.2],
  "mobilenet-v1": [4_231_976, 568.7],
};

const shapeOf = (graph: Graph, name: string | undefined) => graph.tensors.get(name ?? "")!.shape;

/** Weights and biases; a folded batch norm has one number per channel less than PyTorch's two. */
function parameters(graph: Graph, hasBatchNorm: boolean): number {
  let total = 0;
  for (const { constant, values, shape } of graph.tensors.values())
    if (constant && values === undefined) total += elementCount(shape);
  if (!hasBatchNorm) return total;
  for (const { operator, inputs } of graph.nodes) {
    // The convolutions inside squeeze-and-excite see one pixel and have a bias, not a batch norm.
    const isNormed = operator === "Conv" && elementCount(shapeOf(graph, inputs[0]).slice(2)) > 1;
    if (isNormed) total += shapeOf(graph, inputs[1])[0]!;
  }
  return total;
}

function multiplyAdds(graph: Graph): number {
  let total = 0;
  for (const { operator, inputs, outputs } of graph.nodes) {
    const output = elementCount(shapeOf(graph, outputs[0]));
    if (operator === "Conv") total += output * elementCount(shapeOf(graph, inputs[1]).slice(1));
    if (operator === "Gemm" || operator === "MatMul") total += output * shapeOf(graph, inputs[0]).at(-1)!;
  }
  return total;
}

describe("example models", () => {
  for (const name of exampleModelNames)
    it(`${name} has the published parameters and multiply-adds`, () => {
      const graph = buildExampleModel(name);
      const [params, millions] = published[name]!;
      const hasBatchNorm = !name.startsWith("squeezenet") && name !== "vit-tiny";
      if (params !== undefined) assert.equal(parameters(graph, hasBatchNorm), params);
      assert.equal((multiplyAdds(graph) / 1e6).toFixed(1), millions.toFixed(1));
      assert.deepEqual(shapeOf(graph, graph.outputs[0]), [1, 1000]);
    });

  it("an unknown name is refused", () => assert.throws(() => buildExampleModel("toString"), { code: "unknown-name" }));
});
