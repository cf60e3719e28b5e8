/** FLOPs and bytes of operators, against numbers worked out by hand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { DataType, Graph, GraphNode } from "../../../graph/index.js";
import { detectKernels } from "../detect.js";
import { fusionRules } from "../rules.js";

const rules = fusionRules("onnxruntime-node", { nchwcBlock: 8 });

interface Given {
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly constants?: readonly string[];
  readonly values?: Readonly<Record<string, readonly number[]>>;
  readonly types?: Readonly<Record<string, DataType>>;
  readonly attributes?: GraphNode["attributes"];
  readonly domain?: string;
  /** Default `y` alone. */
  readonly outputs?: readonly string[];
}

/** The only kernel of a graph of one node that reads `shapes` and makes `y`. */
function kernelOf(
  operator: string,
  { shapes, constants = [], values = {}, types = {}, attributes = {}, domain = "", outputs = ["y"] }: Given,
) {
  const inputs = Object.keys(shapes).filter((name) => !outputs.includes(name));
  const tensors = Object.entries(shapes).map(([name, shape]) => {
    const known = values[name] === undefined ? {} : { values: values[name] };
    return [
      name,
      { name, shape, type: types[name] ?? ("float32" as const), constant: constants.includes(name), ...known },
    ] as const;
  });
  const graph: Graph = {
    name: "one",
    opset: 17,
    nodes: [{ name: "n", operator, domain, inputs, outputs, attributes }],
    tensors: new Map(tensors),
    inputs: inputs.filter((name) => !constants.includes(name)),
    outputs,
  };
  return detectKernels(graph, rules).kernels[0]!;
}

test("LSTM: steps × gates × hidden × (input + hidden), two a multiply-add", () => {
  const kernel = kernelOf("LSTM", {
    shapes: { x: [100, 1, 64], w: [1, 512, 64], r: [1, 512, 128], y: [100, 1, 1, 128] },
    constants: ["w", "r"],
  });
  assert.equal(kernel.type, "recurrent");
  // Biases as two more columns.
  assert.equal(kernel.flops, 2 * 100 * 4 * 128 * (64 + 128 + 2));
});

test("a bidirectional GRU has twice the work of one way, and three gates", () => {
  const kernel = kernelOf("GRU", {
    shapes: { x: [10, 2, 8], w: [2, 48, 8], r: [2, 48, 16], y: [10, 2, 2, 16] },
    constants: ["w", "r"],
  });
  assert.equal(kernel.flops, 2 * 2 * 10 * 2 * 3 * 16 * (8 + 16 + 2));
});

test("Conv over three axes: every output voxel meets the whole window of all channels", () => {
  const kernel = kernelOf("Conv", {
    shapes: { x: [1, 16, 8, 28, 28], w: [32, 16, 3, 3, 3], y: [1, 32, 8, 28, 28] },
    constants: ["w"],
    attributes: { kernel_shape: [3, 3, 3], pads: [1, 1, 1, 1, 1, 1] },
  });
  assert.deepEqual([kernel.type, kernel.flops], ["conv-3d", 2 * 32 * 8 * 28 * 28 * 16 * 27]);
});

test("ConvTranspose over one axis: every input meets the kernel", () => {
  const kernel = kernelOf("ConvTranspose", {
    shapes: { x: [1, 64, 100], w: [64, 32, 16], y: [1, 32, 800] },
    constants: ["w"],
    attributes: { kernel_shape: [16], strides: [8], pads: [4, 4] },
  });
  assert.deepEqual([kernel.type, kernel.flops], ["conv-transpose-1d", 2 * 100 * 64 * 32 * 16]);
});

test("Einsum of two operands is the product it is; of three, all combinations once for each operand more", () => {
  const two = kernelOf("Einsum", {
    shapes: { a: [2, 10, 4, 8], b: [2, 12, 4, 8], y: [2, 4, 10, 12] },
    attributes: { equation: "bqhd,bkhd->bhqk" },
  });
  assert.deepEqual([two.type, two.config], ["einsum", { batch: 8, m: 10, k: 8, n: 12, moved: 2 }]);
  assert.equal(two.flops, 2 * 8 * 10 * 8 * 12);
  const three = kernelOf("Einsum", {
    shapes: { a: [3, 4], b: [4, 5], c: [5, 6], y: [3, 6] },
    attributes: { equation: "ij,jk,kl->il" },
  });
  assert.equal(three.flops, 2 * 2 * 3 * 4 * 5 * 6);
});

test("products of integers and of 4-bit weights count their multiply-adds", () => {
  const integer = kernelOf("MatMulInteger", {
    shapes: { a: [1, 10, 64], b: [64, 32], y: [1, 10, 32] },
    constants: ["b"],
    types: { a: "uint8", b: "uint8", y: "int32" },
  });
  assert.deepEqual([integer.type, integer.flops], ["matmul-quantised", 2 * 10 * 64 * 32]);
  const nibbles = kernelOf("MatMulNBits", {
    shapes: { a: [1, 10, 64], b: [32, 2, 16], s: [64], y: [1, 10, 32] },
    constants: ["b", "s"],
    types: { b: "uint8" },
    attributes: { K: 64, N: 32, bits: 4, block_size: 32 },
    domain: "com.microsoft",
  });
  assert.deepEqual([nibbles.type, nibbles.flops], ["matmul-nbits", 2 * 10 * 64 * 32]);
});

test("GroupQueryAttention: scores and values over all keys, those kept and the new one", () => {
  const kernel = kernelOf("GroupQueryAttention", {
    shapes: { q: [1, 1, 512], k: [1, 1, 128], v: [1, 1, 128], pk: [1, 2, 99, 64], pv: [1, 2, 99, 64], y: [1, 1, 512] },
    attributes: { num_heads: 8, kv_num_heads: 2 },
    domain: "com.microsoft",
  });
  assert.deepEqual(kernel.config, {
    form: "group-query",
    batch: 1,
    heads: 8,
    kvHeads: 2,
    queries: 1,
    past: 99,
    headDim: 64,
  });
  assert.equal(kernel.flops, 8 * 100 * (4 * 64 + 5));
});

test("operators without a type: windows, neighbours, transforms, boxes", () => {
  const flopsOf = (operator: string, given: Given) => {
    const kernel = kernelOf(operator, given);
    assert.equal(kernel.type, "other-operator");
    return kernel.flops;
  };
  const image = { x: [1, 8, 16, 16], y: [1, 8, 8, 8] };
  assert.equal(flopsOf("LpPool", { shapes: image, attributes: { kernel_shape: [2, 2] } }), 36 * 512 * 4);
  assert.equal(flopsOf("LRN", { shapes: { x: [1, 8, 4, 4], y: [1, 8, 4, 4] }, attributes: { size: 5 } }), 60 * 128);
  assert.equal(flopsOf("CumSum", { shapes: { x: [4, 8], axis: [], y: [4, 8] }, constants: ["axis"] }), 32);
  const norm = { x: [1, 8, 4, 4], y: [1, 8, 4, 4] };
  assert.equal(flopsOf("LpNormalization", { shapes: norm, attributes: { axis: 1 } }), 24 * 128);
  assert.equal(flopsOf("LpNormalization", { shapes: norm }), 4 * 128);
  const volume = { shapes: { x: [1, 2, 4, 4, 4], y: [1, 2, 2, 2, 2] }, attributes: { kernel_shape: [2, 2, 2] } };
  assert.equal(flopsOf("AveragePool", volume), 4 * 16 * 8);
  const places = {
    shapes: { x: [1, 2, 4, 4], y: [1, 2, 2, 2], places: [1, 2, 2, 2] },
    attributes: { kernel_shape: [2, 2] },
    outputs: ["y", "places"],
  };
  assert.equal(flopsOf("MaxPool", places), 9 * 8 * 4);
  const sums = { shapes: { x: [4, 8], axis: [], y: [4, 8] }, constants: ["axis"], values: { axis: [1] } };
  assert.equal(flopsOf("CumSum", sums), 6 * 32);
  const resize = { shapes: { x: [1, 2, 4, 4, 4], y: [1, 2, 8, 8, 8] }, attributes: { mode: "linear" } };
  assert.equal(flopsOf("Resize", resize), 8 * 1024);
  assert.equal(flopsOf("Resize", { ...resize, attributes: { mode: "nearest" } }), 16 * 1024);
  // A quarter of the rows and of the columns: windows of eight, first along the rows.
  const smaller = { shapes: { x: [1, 1, 16, 16], y: [1, 1, 4, 4] }, attributes: { mode: "linear", antialias: 1 } };
  assert.equal(flopsOf("Resize", smaller), 16 * 4 * 8 + 4 * 4 * 8);
  const best = { shapes: { x: [4, 1000], k: [1], y: [4, 8] }, constants: ["k"] };
  assert.equal(flopsOf("TopK", best), 0.8 * 4000 + 10 * 32 * 4);
  const boxes = { shapes: { b: [1, 64, 4], s: [1, 2, 64], y: [20, 3] } };
  assert.equal(flopsOf("NonMaxSuppression", boxes), 2 * 64 * (6 + 0.5 * 64));
  const scatter = kernelOf("ScatterND", { shapes: { x: [100], i: [4, 1], u: [4], y: [100] } });
  assert.deepEqual([scatter.flops, scatter.config.inputBytes, scatter.config.outputBytes], [4, 4 * 108, 4 * 104]);
});
