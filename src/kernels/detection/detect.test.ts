import assert from "node:assert/strict";
import { test } from "node:test";
import { createGraphBuilder, type Graph } from "../../graph/index.js";
import { exampleConfig, kernelTypeNames, kernelTypeOf } from "../catalogue.js";
import { detectKernels } from "./detect.js";
import { engineNodes } from "./engine-nodes.js";
import { fusionRules, nchwcBlockOf, ruleEngines } from "./rules.js";

const generic = fusionRules("generic");
const onnxRuntime = fusionRules("onnxruntime-node", { nchwcBlock: 16 });

/** Convolution, batch norm, ReLU; the same without ReLU; their sum with the first, ReLU; flatten; matrix product. */
function residual(): Graph {
  const b = createGraphBuilder("residual");
  const x = b.input("x", [1, 16, 14, 14]);
  const block = (input: string) => {
    const y = b.node("Conv", [input, b.constant([16, 16, 3, 3])], { pads: [1, 1, 1, 1], kernel_shape: [3, 3] });
    const statistics = [0, 1, 2, 3].map(() => b.constant([16]));
    return b.node("BatchNormalization", [y, ...statistics]);
  };
  const first = b.node("Relu", [block(x)]);
  const sum = b.node("Relu", [b.node("Add", [block(first), first])]);
  const flat = b.node("Flatten", [sum], { axis: 1 });
  return b.build([b.node("Gemm", [flat, b.constant([3136, 10]), b.constant([10])])]);
}

const typesOf = (graph: Graph, rules = generic) => detectKernels(graph, rules).kernels.map((kernel) => kernel.type);

test("generic rules fold batch norm, fuse activations and leave views out", () => {
  const { kernels, unsupported } = detectKernels(residual(), generic);
  assert.deepEqual(
    kernels.map(({ type, config }) => [type, config.activation ?? config.broadcast]),
    [
      ["conv-bn-relu", "relu"],
      ["conv-bn-relu", "none"],
      ["add-relu", "none"],
      ["fc", "none"],
    ],
  );
  assert.deepEqual(unsupported, []);
});

test("ONNX Runtime takes the sum into the convolution and reorders at the ends", () => {
  const { kernels } = detectKernels(residual(), onnxRuntime);
  assert.deepEqual(
    kernels.map((kernel) => kernel.type),
    ["reorder", "conv-bn-relu", "conv-bn-relu", "reorder", "copy", "fc"],
  );
  assert.deepEqual([kernels[2]!.config.add, kernels[2]!.config.activation], ["add", "relu"]);
});

test("without AVX there is no blocked layout: the sum is taken in all the same, reorders are gone", () => {
  const plain = fusionRules("onnxruntime", { nchwcBlock: 1 });
  assert.deepEqual(typesOf(residual(), plain), ["conv-bn-relu", "conv-bn-relu", "copy", "fc"]);
});

test("every engine covers every node once", () => {
  const graph = residual();
  for (const engine of ruleEngines()) {
    const covered = detectKernels(graph, fusionRules(engine)).kernels.flatMap((kernel) => kernel.nodes);
    assert.deepEqual([...covered].sort(), graph.nodes.map((node) => node.name).sort(), engine);
  }
});

test("FLOPs and parameters of a kernel are those of its config", () => {
  for (const { type, config, flops, params } of detectKernels(residual(), onnxRuntime).kernels) {
    assert.equal(flops, kernelTypeOf(type).flops(config));
    assert.equal(params, kernelTypeOf(type).params(config));
  }
});

/** Types that only one engine's rules lead to, or that stand for operators without a form of their own. */
const notGeneric = new Set([
  "bias-gelu",
  "skip-layernorm",
  "group-norm",
  "copy",
  "reorder",
  "memory-bound",
  "other-operator",
  "resize-plain",
  "conv-quantised",
  "matmul-quantised",
  "elementwise-quantised",
]);

test("the graph of each kernel type is detected as that kernel, with the same config", () => {
  for (const name of kernelTypeNames) {
    if (notGeneric.has(name)) continue;
    const config = exampleConfig(name);
    const { kernels } = detectKernels(kernelTypeOf(name).graph!(config), generic);
    assert.deepEqual(
      kernels.map((kernel) => [kernel.type, kernel.config]),
      [[name, config]],
    );
  }
});

test("kernels that only ONNX Runtime has are detected by its rules", () => {
  for (const name of ["bias-gelu", "skip-layernorm", "reorder"]) {
    const found = detectKernels(kernelTypeOf(name).graph!(exampleConfig(name)), onnxRuntime).kernels;
    assert.ok(
      found.some((kernel) => kernel.type === name),
      name,
    );
  }
});

test("an operator without a type is a kernel of its work, or of its bytes, and is named", () => {
  const tensor = (name: string, shape: number[]) => [name, { name, shape, type: "float32", constant: false }] as const;
  const graphOf = (operator: string, domain: string): Graph => ({
    name: "odd",
    opset: 17,
    nodes: [{ name: "odd", operator, domain, inputs: ["x"], outputs: ["y"], attributes: {} }],
    tensors: new Map([tensor("x", [2, 8, 8]), tensor("y", [2])]),
    inputs: ["x"],
    outputs: ["y"],
  });
  const sizes = { inputBytes: 512, outputBytes: 8 };
  const custom = detectKernels(graphOf("toString", "org.example"), onnxRuntime);
  assert.deepEqual([custom.kernels[0]!.type, custom.kernels[0]!.config], ["memory-bound", { ...sizes, flops: 2 }]);
  assert.deepEqual([custom.unsupported[0]!.node, custom.unsupported[0]!.operator], ["odd", "toString"]);
  const known = detectKernels(graphOf("Det", ""), onnxRuntime);
  // Two matrices of 8 × 8: two thirds of n³ multiply-adds each.
  const config = { work: "vector", ...sizes, flops: Math.round((4 / 3) * 2 * 8 ** 3) };
  assert.deepEqual([known.kernels[0]!.type, known.kernels[0]!.config], ["other-operator", config]);
  assert.equal(known.unsupported[0]!.operator, "Det");
});

test("names of kernels are unique", () => {
  const { kernels } = detectKernels(residual(), onnxRuntime);
  assert.equal(new Set(kernels.map((kernel) => kernel.name)).size, kernels.length);
});

test("a transpose that another one undoes is gone, and what lies between works on the other order of axes", () => {
  const b = createGraphBuilder("transposes");
  const x = b.input("x", [1, 8, 14, 14]);
  const last = b.node("Transpose", [b.node("Neg", [x])], { perm: [0, 2, 3, 1] });
  const graph = b.build([b.node("Neg", [b.node("Transpose", [b.node("Sigmoid", [last])], { perm: [0, 3, 1, 2] })])]);
  const nodes = engineNodes(graph, onnxRuntime);
  assert.deepEqual(
    nodes.map((node) => node.operator),
    ["Neg", "Sigmoid", "Neg"],
  );
  assert.deepEqual(nodes[1]!.outputShapes, [[1, 8, 14, 14]]);
});

test("the block size follows the width of the CPU's registers; engines without rules get the generic ones", () => {
  assert.deepEqual([128, 256, 512].map(nchwcBlockOf), [1, 8, 16]);
  assert.equal(fusionRules("no-such-engine").engine, "generic");
  assert.equal(fusionRules("litert@2.3").engine, "tflite");
});

test("what an engine has other code for is another kernel: aligned corners of a sampled image, a skip norm without means", () => {
  const sampled = (align_corners: number) => {
    const b = createGraphBuilder("sampled");
    const grid = b.input("grid", [1, 8, 8, 2]);
    return b.build([b.node("GridSample", [b.input("x", [1, 4, 16, 16]), grid], { mode: "linear", align_corners })]);
  };
  const paddings = [0, 1].map((corners) => detectKernels(sampled(corners), onnxRuntime).kernels[0]!.config.padding);
  assert.deepEqual(paddings, ["zeros", "border"]);
  const { graph } = kernelTypeOf("skip-layernorm");
  const forms = ["layer", "rms"].map((form) => {
    const { kernels } = detectKernels(graph!({ rows: 8, columns: 64, form }), onnxRuntime);
    return kernels.map(({ type, config }) => [type, config.form]);
  });
  assert.deepEqual(forms, [[["skip-layernorm", "layer"]], [["skip-layernorm", "rms"]]]);
});

test("a function of one 8-bit number is one table in LiteRT: swish is one kernel there, two elsewhere", () => {
  const b = createGraphBuilder("swish");
  const x = b.input("x", [1, 8, 14, 14]);
  const graph = b.build([b.node("Mul", [x, b.node("Sigmoid", [x])])]);
  const litert = fusionRules("litert");
  assert.deepEqual(typesOf(graph, { ...litert, int8: true }), ["swish"]);
  assert.deepEqual(typesOf(graph, litert), ["activation", "mul"]);
  assert.deepEqual(typesOf(graph, { ...fusionRules("tflite"), int8: true }), ["activation", "mul"]);
});
