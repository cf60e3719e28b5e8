/** Element-wise operators. */
import type { GraphNode } from "../../../graph/index.js";
import { clipBounds } from "../../fuse.js";
import { unsupported } from "../../operands.js";
import { hardSwish } from "../activations.js";
import type { Lowering } from "../lowering.js";
import { type Params, real, type Weight } from "../network.js";
import type { LowerOperator, OperatorTable } from "./common.js";

const plain =
  (type: string, params: (node: GraphNode) => Params = () => ({})): LowerOperator =>
  (l, node) =>
    l.emit(type, [l.read(node.inputs[0]!)], [l.define(node.outputs[0]!)], params(node));

const attribute = (node: GraphNode, name: string, byDefault: number) =>
  real(Number(node.attributes[name] ?? byDefault));

/** op_type of the layer UnaryOp. */
const unary = {
  Abs: 0,
  Neg: 1,
  Floor: 2,
  Ceil: 3,
  Sqrt: 5,
  Exp: 7,
  Log: 8,
  Sin: 9,
  Cos: 10,
  Reciprocal: 15,
  Round: 18,
};
/** op_type of the layer BinaryOp. */
const binary = { Add: 0, Sub: 1, Mul: 2, Div: 3, Max: 4, Min: 5, Pow: 6 };
/** The same with its operands exchanged: scalar − x, scalar ÷ x. */
const reversed: Readonly<Record<string, number>> = { Add: 0, Mul: 2, Max: 4, Min: 5, Sub: 7, Div: 8 };

const lowerBinary =
  (type: number): LowerOperator =>
  (l, node) => {
    if (node.inputs.length !== 2) unsupported(node, `of ${node.inputs.length} inputs has no ncnn form`);
    const [a, b] = node.inputs as [string, string];
    const output = node.outputs[0]!;
    const [first, second] = [scalarOf(l, a), scalarOf(l, b)];
    const turned = reversed[node.operator];
    if (node.operator === "Pow" && second !== undefined && wholePower(l, node, second)) return;
    if (second !== undefined) {
      l.emit("BinaryOp", [l.read(a)], [l.define(output)], { 0: type, 1: 1, 2: real(second) });
      return;
    }
    if (first !== undefined && turned !== undefined) {
      l.emit("BinaryOp", [l.read(b)], [l.define(output)], { 0: turned, 1: 1, 2: real(first) });
      return;
    }
    const inputs = [operand(l, a, output), operand(l, b, output)];
    l.emit("BinaryOp", inputs, [l.define(output)], { 0: type });
  };

/** Operation type of ncnn's UnaryOp. */
const square = 4;

/** ncnn's pow takes a logarithm, which negative numbers do not have: squares and cubes are written as products. */
function wholePower(l: Lowering, node: GraphNode, exponent: number): boolean {
  if (exponent !== 2 && exponent !== 3) return false;
  const x = l.read(node.inputs[0]!);
  const squared = exponent === 2 ? l.define(node.outputs[0]!) : l.temporary();
  l.emit("UnaryOp", [x], [squared], { 0: square });
  if (exponent === 3) l.emit("BinaryOp", [squared, x], [l.define(node.outputs[0]!)], { 0: binary.Mul });
  return true;
}

function scalarOf(l: Lowering, name: string): number | undefined {
  const isScalar = l.isConstant(name) && l.shape(name).every((size) => size === 1);
  return isScalar ? l.floats(name)[0] : undefined;
}

/** An operand with as many axes as the result: ncnn lines vectors up with the outer axis, ONNX with the inner one. */
function operand(l: Lowering, name: string, output: string): string {
  const { axes } = l.axes(output);
  const missing = l.shape(output).length - l.shape(name).length;
  const sizes = axes.map((axis) => (axis < missing ? 1 : l.shape(name)[axis - missing]!));
  if (l.isConstant(name)) return l.constant(name, sizes);
  const own = l.axes(name).sizes;
  const isSame = own.length === sizes.length && own.every((size, i) => size === sizes[i]);
  return isSame ? l.read(name) : l.reshaped(l.read(name), sizes);
}

function clip(l: Lowering, node: GraphNode): void {
  const [low, high] = clipBounds(l.graph, node);
  const largest = 3.4028234e38;
  const bound = (value: number) => real(Math.max(-largest, Math.min(largest, value)));
  l.emit("Clip", [l.read(node.inputs[0]!)], [l.define(node.outputs[0]!)], { 0: bound(low), 1: bound(high) });
}

function prelu(l: Lowering, node: GraphNode): void {
  const slopes = l.floats(node.inputs[1]!);
  const data: Weight[] = [{ values: slopes, tagged: false }];
  l.emit("PReLU", [l.read(node.inputs[0]!)], [l.define(node.outputs[0]!)], { 0: slopes.length }, data);
}

function batchNorm(l: Lowering, node: GraphNode): void {
  const [scale, bias, mean, variance] = node.inputs.slice(1).map((name) => l.floats(name));
  const params = { 0: scale!.length, 1: attribute(node, "epsilon", 1e-5) };
  const data = [scale!, mean!, variance!, bias!].map((values) => ({ values, tagged: false }));
  l.emit("BatchNorm", [l.read(node.inputs[0]!)], [l.define(node.outputs[0]!)], params, data);
}

const identityOperator: LowerOperator = (l, node) => l.alias(node.outputs[0]!, l.read(node.inputs[0]!));

export const elementwise: OperatorTable = {
  ...Object.fromEntries(
    Object.entries(unary).map(([operator, type]) => [operator, plain("UnaryOp", () => ({ 0: type }))]),
  ),
  ...Object.fromEntries(Object.entries(binary).map(([operator, type]) => [operator, lowerBinary(type)])),
  Relu: plain("ReLU"),
  LeakyRelu: plain("ReLU", (node) => ({ 0: attribute(node, "alpha", 0.01) })),
  Clip: clip,
  Sigmoid: plain("Sigmoid"),
  Tanh: plain("TanH"),
  HardSwish: plain("HardSwish", () => ({ 0: hardSwish[0], 1: hardSwish[1] })),
  HardSigmoid: plain("HardSigmoid", (node) => ({ 0: attribute(node, "alpha", 0.2), 1: attribute(node, "beta", 0.5) })),
  Elu: plain("ELU", (node) => ({ 0: attribute(node, "alpha", 1) })),
  Selu: plain("SELU"),
  Softplus: plain("Softplus"),
  Gelu: plain("GELU"),
  Erf: plain("Erf"),
  PRelu: prelu,
  BatchNormalization: batchNorm,
  Identity: identityOperator,
  Dropout: identityOperator,
};
