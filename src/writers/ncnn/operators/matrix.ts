/** Matrix products, normalisations of rows, reductions. */
import type { GraphNode } from "../../../graph/index.js";
import { unsupported } from "../../operands.js";
import { activationParams } from "../activations.js";
import type { Lowering } from "../lowering.js";
import { real, type Weight } from "../network.js";
import { inputScale, quantized } from "../quantization.js";
import { axisIn, numbersOf, type OperatorTable } from "./common.js";

/** Weights as [out, in]; `isStored`: they are so in the graph. */
function innerProduct(l: Lowering, node: GraphNode, isStored: boolean): void {
  const [x, weightName, bias] = node.inputs as [string, string, string | undefined];
  const shape = l.shape(weightName);
  const [cout, cin] = (isStored ? shape : [...shape].reverse()) as [number, number];
  const values = isStored ? l.floats(weightName) : transposed(l.floats(weightName), cin, cout);
  const offsets: Weight[] = bias ? [{ values: l.floats(bias), tagged: false }] : [];
  const int8 = l.int8 ? quantized(values, cout) : undefined;
  const scales: Weight[] = int8
    ? [
        { values: int8.scales, tagged: false },
        { values: Float32Array.of(inputScale), tagged: false },
      ]
    : [];
  const params = {
    0: cout,
    1: bias ? 1 : 0,
    2: values.length,
    ...(int8 ? { 8: 1 } : {}),
    ...activationParams(node),
  };
  const data: Weight[] = [int8?.weights ?? { values, tagged: true }, ...offsets, ...scales];
  const output = node.outputs[0]!;
  const sizes = l.axes(x).sizes;
  if (sizes.length < 3) {
    l.emit("InnerProduct", [l.read(x)], [l.define(output)], params, data);
    return;
  }
  // A layer takes a vector or rows of vectors: more axes are merged into rows.
  const rows = l.reshaped(l.read(x), [sizes.slice(0, -1).reduce((product, size) => product * size, 1), cin]);
  const product = l.temporary();
  l.emit("InnerProduct", [rows], [product], params, data);
  l.reshaped(product, l.axes(output).sizes, l.define(output));
}

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c]!;
  return out;
}

function gemm(l: Lowering, node: GraphNode): void {
  const { transA = 0, transB = 0, alpha = 1, beta = 1 } = node.attributes;
  if (Number(transA) !== 0 || Number(alpha) !== 1 || Number(beta) !== 1 || !l.isConstant(node.inputs[1]!))
    unsupported(node, "with transA, alpha, beta or run-time weights has no ncnn form");
  innerProduct(l, node, Number(transB) !== 0);
}

function matmul(l: Lowering, node: GraphNode): void {
  const inputs = node.inputs.map((name) => (l.isConstant(name) ? l.constant(name, l.axes(name).sizes) : l.read(name)));
  l.emit("MatMul", inputs, [l.define(node.outputs[0]!)], {});
}

function softmax(l: Lowering, node: GraphNode): void {
  const axis = axisIn(l, node.inputs[0]!, Number(node.attributes.axis ?? -1));
  if (axis === undefined) unsupported(node, "over the batch has no ncnn form");
  l.emit("Softmax", [l.read(node.inputs[0]!)], [l.define(node.outputs[0]!)], { 0: axis, 1: 1 });
}

function layerNorm(l: Lowering, node: GraphNode): void {
  const [x, scale, bias] = node.inputs as [string, string, string | undefined];
  const rank = l.shape(x).length;
  if ((Number(node.attributes.axis ?? -1) + rank) % rank !== rank - 1)
    unsupported(node, "over several axes has no ncnn form");
  const size = l.shape(x).at(-1)!;
  const offsets = bias ? l.floats(bias) : new Float32Array(size);
  const params = { 0: size, 1: real(Number(node.attributes.epsilon ?? 1e-5)), 2: 1 };
  const data: Weight[] = [
    { values: l.floats(scale), tagged: false },
    { values: offsets, tagged: false },
  ];
  l.emit("LayerNorm", [l.read(x)], [l.define(node.outputs[0]!)], params, data);
}

/** operation of the layer Reduction. */
const reductions = { ReduceSum: 0, ReduceMean: 3, ReduceMax: 4, ReduceMin: 5, ReduceProd: 6 };

function reduce(l: Lowering, node: GraphNode): void {
  const [x, axesName] = node.inputs as [string, string?];
  const [output] = node.outputs as [string];
  const rank = l.shape(x).length;
  const given = axesName
    ? l.numbers(axesName)
    : numbersOf(
        node.attributes.axes,
        l.shape(x).map((_, axis) => axis),
      );
  const axes = given.flatMap((axis) => axisIn(l, x, (axis + rank) % rank) ?? []);
  const reduced = l.temporary();
  l.emit("Reduction", [l.read(x)], [reduced], {
    0: reductions[node.operator as keyof typeof reductions],
    1: 0,
    3: axes,
    4: 1,
    5: 1,
  });
  l.reshaped(reduced, l.axes(output).sizes, l.define(output));
}

export const matrices: OperatorTable = {
  FullyConnected: (l, node) => innerProduct(l, node, false),
  Gemm: gemm,
  MatMul: matmul,
  Softmax: softmax,
  LayerNormalization: layerNorm,
  ...Object.fromEntries(Object.keys(reductions).map((operator) => [operator, reduce])),
};
