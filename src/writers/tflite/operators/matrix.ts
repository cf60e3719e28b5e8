/** Matrix products, softmax and layer norm. They work on the last axis, in the graph's own order. */
import { type GraphNode, identity, permuteValues } from "../../../graph/index.js";
import { unsupported } from "../../operands.js";
import type { Lowering } from "../lowering.js";
import { quantizeBias, quantizeWeights } from "../quantization.js";
import { activationCode, type OperatorTable } from "./common.js";

/** Weights as [out, in]; `isStored`: they are so in the graph. */
function fullyConnected(l: Lowering, node: GraphNode, isStored: boolean): void {
  const [x, weights, bias] = node.inputs as [string, string, string | undefined];
  const rank = l.shape(x).length;
  const shape = l.shape(weights);
  const [cout, cin] = (isStored ? shape : [...shape].reverse()) as [number, number];
  const values = isStored ? l.floats(weights) : permuteValues(l.floats(weights), shape, [1, 0]);
  const offsets = bias ? broadcast(l.floats(bias), cout) : new Float32Array(cout);
  const type = l.isInt8 ? "int8" : "float32";
  const inputs = [l.read(x, identity(rank), type), ...parameters(l, node, values, offsets, [cout, cin])];
  const output = l.define(node.outputs[0]!, identity(rank), type);
  l.emit("FULLY_CONNECTED", inputs, [output], {
    table: "FullyConnectedOptions",
    fusedActivationFunction: activationCode(node),
    keepNumDims: rank > 2,
  });
}

const broadcast = (values: Float32Array, length: number) =>
  values.length === length ? values : new Float32Array(length).fill(values[0]!);

/** One scale for all weights: scales by channel came to this operator late. */
function parameters(
  l: Lowering,
  node: GraphNode,
  values: Float32Array,
  offsets: Float32Array,
  shape: number[],
): number[] {
  const [x, weights] = node.inputs as [string, string];
  const bias = node.inputs[2] || `${node.name}/bias`;
  if (!l.isInt8) return [l.constantOf(weights, shape, values), l.constantOf(bias, [shape[0]!], offsets)];
  const one = quantizeWeights(values, [1, values.length], 0);
  const { axis: _axis, ...quantization } = one.quantization;
  const shifted = quantizeBias(offsets, l.scaleOf(x)!, quantization);
  return [
    l.constantTensor({ name: weights, shape, type: "int8", data: one.data, quantization }),
    l.constantTensor({ name: bias, shape: [shape[0]!], type: "int32", ...shifted }),
  ];
}

function gemm(l: Lowering, node: GraphNode): void {
  const { transA = 0, transB = 0, alpha = 1, beta = 1 } = node.attributes;
  if (Number(transA) !== 0 || Number(alpha) !== 1 || Number(beta) !== 1 || !l.isConstant(node.inputs[1]!))
    unsupported(node, "with transA, alpha, beta or run-time weights has no .tflite form");
  fullyConnected(l, node, Number(transB) !== 0);
}

function matmul(l: Lowering, node: GraphNode): void {
  const [a, b] = node.inputs as [string, string];
  const [output] = node.outputs as [string];
  const read = (name: string) => (l.isConstant(name) ? l.constant(name) : l.read(name, identity(l.shape(name).length)));
  if (l.shape(a).length < 2 || l.shape(b).length < 2) unsupported(node, "of a vector has no .tflite form");
  const inputs = [read(a), read(b)];
  l.emit("BATCH_MATMUL", inputs, [l.define(output, identity(l.shape(output).length))], { table: "BatchMatMulOptions" });
}

function softmax(l: Lowering, node: GraphNode): void {
  const [x] = node.inputs as [string];
  const rank = l.shape(x).length;
  const axis = (Number(node.attributes.axis ?? -1) + rank) % rank;
  const isLog = node.operator === "LogSoftmax";
  const type = l.isInt8 && !isLog ? "int8" : "float32";
  const perm = [...l.order(x, identity(rank)).filter((other) => other !== axis), axis];
  const input = l.read(x, perm, type);
  const output = l.define(node.outputs[0]!, perm, type);
  if (isLog) l.emit("LOG_SOFTMAX", [input], [output], { table: "LogSoftmaxOptions" });
  else l.emit("SOFTMAX", [input], [output], { table: "SoftmaxOptions", beta: 1 });
}

/** As TensorFlow's converter writes it: no engine here has it as one operator. */
function layerNorm(l: Lowering, node: GraphNode): void {
  const [x, scale, bias] = node.inputs as [string, string, string | undefined];
  const shape = l.shape(x);
  const rank = shape.length;
  const axis = (Number(node.attributes.axis ?? -1) + rank) % rank;
  if (axis !== rank - 1) unsupported(node, "over several axes has no .tflite form");
  const reduced = [...shape.slice(0, -1), 1];
  const input = l.read(x, identity(rank));
  const last = l.integers([rank - 1]);
  const mean = l.temporary(reduced);
  l.emit("MEAN", [input, last], [mean], { table: "ReducerOptions", keepDims: true });
  const squares = l.temporary(shape);
  l.emit("SQUARED_DIFFERENCE", [input, mean], [squares], { table: "SquaredDifferenceOptions" });
  const variance = l.temporary(reduced);
  l.emit("MEAN", [squares, last], [variance], { table: "ReducerOptions", keepDims: true });
  const raised = l.temporary(reduced);
  const epsilon = l.scalar(Number(node.attributes.epsilon ?? 1e-5));
  l.emit("ADD", [variance, epsilon], [raised], { table: "AddOptions" });
  const inverse = l.temporary(reduced);
  l.emit("RSQRT", [raised], [inverse]);
  const centred = l.temporary(shape);
  l.emit("SUB", [input, mean], [centred], { table: "SubOptions" });
  const normal = l.temporary(shape);
  l.emit("MUL", [centred, inverse], [normal], { table: "MulOptions" });
  const output = l.define(node.outputs[0]!, identity(rank));
  const scaled = bias ? l.temporary(shape) : output;
  l.emit("MUL", [normal, l.constant(scale)], [scaled], { table: "MulOptions" });
  if (bias) l.emit("ADD", [scaled, l.constant(bias)], [output], { table: "AddOptions" });
}

export const matrices: OperatorTable = {
  FullyConnected: (l, node) => fullyConnected(l, node, false),
  Gemm: gemm,
  MatMul: matmul,
  Softmax: softmax,
  LogSoftmax: softmax,
  LayerNormalization: layerNorm,
};
