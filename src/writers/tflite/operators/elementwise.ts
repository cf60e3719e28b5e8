/** Element-wise operators of one and two inputs, in whatever order their inputs are in. */
import { type GraphNode, identity, type Permutation, permute } from "../../../graph/index.js";
import { clipBounds } from "../../fuse.js";
import { unsupported } from "../../operands.js";
import { activationName } from "../activations.js";
import type { Lowering } from "../lowering.js";
import type { Builtin } from "../model-builder.js";
import { activationCode, type LowerOperator, type OperatorTable } from "./common.js";

/** Operators that are one builtin without options; `scaled`: there is an int8 kernel. */
const unary: Readonly<Record<string, { builtin: Builtin; scaled?: boolean }>> = {
  Relu: { builtin: "RELU", scaled: true },
  Sigmoid: { builtin: "LOGISTIC", scaled: true },
  Tanh: { builtin: "TANH", scaled: true },
  HardSwish: { builtin: "HARD_SWISH", scaled: true },
  Elu: { builtin: "ELU" },
  Exp: { builtin: "EXP" },
  Log: { builtin: "LOG" },
  Sqrt: { builtin: "SQRT" },
  Neg: { builtin: "NEG" },
  Abs: { builtin: "ABS" },
  Floor: { builtin: "FLOOR" },
  Ceil: { builtin: "CEIL" },
  Round: { builtin: "ROUND" },
  Sin: { builtin: "SIN" },
  Cos: { builtin: "COS" },
  Gelu: { builtin: "GELU" },
};

const lowerUnary =
  (builtin: Builtin, scaled = false): LowerOperator =>
  (l, node) => {
    const [input, output] = inAndOut(l, node, scaled);
    l.emit(builtin, [input], [output]);
  };

/** The only input and output, in the input's order. */
function inAndOut(l: Lowering, node: GraphNode, scaled = false): [input: number, output: number] {
  const x = node.inputs[0]!;
  const perm = l.order(x);
  const type = scaled && l.isInt8 ? "int8" : "float32";
  return [l.read(x, perm, type), l.define(node.outputs[0]!, perm, type)];
}

interface Binary {
  readonly builtin: Builtin;
  readonly table?: "AddOptions" | "SubOptions" | "MulOptions" | "DivOptions";
  readonly scaled?: boolean;
}
const binary: Readonly<Record<string, Binary>> = {
  Add: { builtin: "ADD", table: "AddOptions", scaled: true },
  Sub: { builtin: "SUB", table: "SubOptions", scaled: true },
  Mul: { builtin: "MUL", table: "MulOptions", scaled: true },
  Div: { builtin: "DIV", table: "DivOptions" },
  Pow: { builtin: "POW" },
  Min: { builtin: "MINIMUM" },
  Max: { builtin: "MAXIMUM" },
};

const lowerBinary =
  ({ builtin, table, scaled = false }: Binary): LowerOperator =>
  (l, node) => {
    if (node.inputs.length !== 2) unsupported(node, `of ${node.inputs.length} inputs has no .tflite form`);
    const output = node.outputs[0]!;
    const perm = commonOrder(l, node.inputs, l.shape(output));
    const type = scaled && l.isInt8 ? "int8" : "float32";
    const inputs = node.inputs.map((name) => operand(l, name, perm, type));
    const options = table && ({ table, fusedActivationFunction: activationCode(node) } as const);
    l.emit(builtin, inputs, [l.define(output, perm, type)], options);
  };

/** The order of the operand that fills the result; of several that one that is not the graph's own order. */
function commonOrder(l: Lowering, names: readonly string[], shape: readonly number[]): Permutation {
  const running = names.filter((name) => !l.isConstant(name) && l.shape(name).length === shape.length);
  const sized = [...running].sort((a, b) => count(l.shape(b)) - count(l.shape(a)));
  const full = sized.filter((name) => count(l.shape(name)) === count(l.shape(sized[0]!)));
  const settled = full.filter((name) => !l.isInput(name));
  const first = settled[0] ?? full[0];
  return first === undefined ? identity(shape.length) : l.order(first);
}

const count = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

/** An operand in the order of a result of rank `perm.length`; one of lower rank gets leading axes of length 1 first. */
function operand(l: Lowering, name: string, perm: Permutation, type: "float32" | "int8"): number {
  const rank = perm.length;
  const shape = l.shape(name);
  const missing = rank - shape.length;
  const own = perm.filter((axis) => axis >= missing).map((axis) => axis - missing);
  if (l.isConstant(name)) {
    // Leading axes may only be left away where the remaining ones keep their place.
    const order = missing === 0 ? perm : own;
    if (missing === 0 || isSuffix(perm, missing) || count(shape) === 1)
      return l.constant(name, order, { trim: true, type });
    const sizes = permute([...new Array<number>(missing).fill(1), ...shape], perm);
    return l.constantOf(name, sizes, l.floats(name), type);
  }
  if (missing === 0) return l.read(name, perm, type);
  const read = l.read(name, identity(shape.length), type);
  if (isSuffix(perm, missing) && own.every((axis, i) => axis === i)) return read;
  const sizes = permute([...new Array<number>(missing).fill(1), ...shape], perm);
  if (!own.every((axis, i) => axis === i)) throw new Error("internal: operand of lower rank in an order of its own");
  const reshaped = l.temporary(sizes, type, type === "int8" ? l.scaleOf(name) : undefined);
  l.reshapeTo(read, reshaped, sizes);
  return reshaped;
}

/** Whether the axes from `missing` on are the last stored ones. */
const isSuffix = (perm: Permutation, missing: number) => perm.slice(0, missing).every((axis) => axis < missing);

function clip(l: Lowering, node: GraphNode): void {
  const name = activationName(l.graph, node);
  if (name !== undefined) {
    lowerUnary(name as Builtin, true)(l, node);
    return;
  }
  const [low, high] = clipBounds(l.graph, node);
  const [input, output] = inAndOut(l, node);
  const middle = Number.isFinite(low) && Number.isFinite(high) ? l.temporary(storedShape(l, node)) : output;
  if (Number.isFinite(low)) l.emit("MAXIMUM", [input, l.scalar(low)], [middle], { table: "MaximumMinimumOptions" });
  if (Number.isFinite(high))
    l.emit("MINIMUM", [Number.isFinite(low) ? middle : input, l.scalar(high)], [output], {
      table: "MaximumMinimumOptions",
    });
}

const storedShape = (l: Lowering, node: GraphNode) => permute(l.shape(node.inputs[0]!), l.order(node.inputs[0]!));

/** max(0, min(1, αx + β)); with PyTorch's α and β: relu6(x + 3) / 6, as TensorFlow has it. */
function hardSigmoid(l: Lowering, node: GraphNode): void {
  const alpha = Number(node.attributes.alpha ?? 0.2);
  const beta = Number(node.attributes.beta ?? 0.5);
  const [input, output] = inAndOut(l, node);
  const shape = storedShape(l, node);
  const shifted = l.temporary(shape);
  // relu6(x/(6α)·… ) only for a slope of 1/6; else the general form with two bounds.
  if (Math.abs(alpha - 1 / 6) < 1e-4 && beta === 0.5) {
    l.emit("ADD", [input, l.scalar(3)], [shifted], { table: "AddOptions", fusedActivationFunction: 3 });
    l.emit("MUL", [shifted, l.scalar(1 / 6)], [output], { table: "MulOptions" });
    return;
  }
  const [sum, low] = [l.temporary(shape), l.temporary(shape)];
  l.emit("MUL", [input, l.scalar(alpha)], [shifted], { table: "MulOptions" });
  l.emit("ADD", [shifted, l.scalar(beta)], [sum], { table: "AddOptions" });
  l.emit("MAXIMUM", [sum, l.scalar(0)], [low], { table: "MaximumMinimumOptions" });
  l.emit("MINIMUM", [low, l.scalar(1)], [output], { table: "MaximumMinimumOptions" });
}

function softplus(l: Lowering, node: GraphNode): void {
  const [input, output] = inAndOut(l, node);
  const [power, sum] = [l.temporary(storedShape(l, node)), l.temporary(storedShape(l, node))];
  l.emit("EXP", [input], [power]);
  l.emit("ADD", [power, l.scalar(1)], [sum], { table: "AddOptions" });
  l.emit("LOG", [sum], [output]);
}

function leakyRelu(l: Lowering, node: GraphNode): void {
  const [input, output] = inAndOut(l, node);
  l.emit("LEAKY_RELU", [input], [output], { table: "LeakyReluOptions", alpha: Number(node.attributes.alpha ?? 0.01) });
}

function prelu(l: Lowering, node: GraphNode): void {
  const [x, slope] = node.inputs as [string, string];
  const perm = l.order(x);
  l.emit("PRELU", [l.read(x, perm), operand(l, slope, perm, "float32")], [l.define(node.outputs[0]!, perm)]);
}

function reciprocal(l: Lowering, node: GraphNode): void {
  const [input, output] = inAndOut(l, node);
  l.emit("DIV", [l.scalar(1), input], [output], { table: "DivOptions" });
}

/** A batch norm that stands alone: x · scale / √(variance + ε) + shift, its numbers known beforehand. */
function batchNorm(l: Lowering, node: GraphNode): void {
  const [, scale, bias, mean, variance] = node.inputs.map((name, i) => (i === 0 ? undefined : l.floats(name)));
  const epsilon = Number(node.attributes.epsilon ?? 1e-5);
  const factor = scale!.map((value, i) => value / Math.sqrt(variance![i]! + epsilon));
  const shift = bias!.map((value, i) => value - mean![i]! * factor[i]!);
  const [input, output] = inAndOut(l, node);
  const perm = l.order(node.inputs[0]!);
  const sizes = permute(
    l.shape(node.inputs[0]!).map((size, axis) => (axis === 1 ? size : 1)),
    perm,
  );
  const product = l.temporary(storedShape(l, node));
  const constant = (name: string, values: Float32Array) => l.constantOf(`${node.name}/${name}`, sizes, values);
  l.emit("MUL", [input, constant("factor", factor)], [product], { table: "MulOptions" });
  l.emit("ADD", [product, constant("shift", shift)], [output], { table: "AddOptions" });
}

export const elementwise: OperatorTable = {
  ...Object.fromEntries(
    Object.entries(unary).map(([operator, { builtin, scaled }]) => [operator, lowerUnary(builtin, scaled)]),
  ),
  ...Object.fromEntries(Object.entries(binary).map(([operator, row]) => [operator, lowerBinary(row)])),
  Clip: clip,
  HardSigmoid: hardSigmoid,
  Softplus: softplus,
  LeakyRelu: leakyRelu,
  PRelu: prelu,
  Reciprocal: reciprocal,
  BatchNormalization: batchNorm,
};
