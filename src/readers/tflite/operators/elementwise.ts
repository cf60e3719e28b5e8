/** Element-wise operators of one, two and three inputs, in whatever order their inputs are in. */
import { codeOfDataType, elementCount, identity, type Permutation } from "../../../graph/index.js";
import { type Attributes, unpermute } from "../growing-graph.js";
import { type FileOperator, optionsOf } from "../model.js";
import type { Raising } from "../raising.js";
import { activationOf, clip, fail, input, type OperatorTable, output, type RaiseOperator } from "./common.js";

/** Operators of one input that are one operator of the graph. */
const unary: Readonly<Record<string, string>> = {
  RELU: "Relu",
  LOGISTIC: "Sigmoid",
  TANH: "Tanh",
  HARD_SWISH: "HardSwish",
  ELU: "Elu",
  EXP: "Exp",
  LOG: "Log",
  SQRT: "Sqrt",
  NEG: "Neg",
  ABS: "Abs",
  FLOOR: "Floor",
  CEIL: "Ceil",
  ROUND: "Round",
  SIN: "Sin",
  COS: "Cos",
  SIGN: "Sign",
  LOGICAL_NOT: "Not",
};

const raiseUnary =
  (operator: string, attributes: (op: FileOperator) => Attributes = () => ({})): RaiseOperator =>
  (r, op) => {
    const { name, perm } = r.value(input(op, 0));
    r.result(output(op), perm, operator, [name], attributes(op));
  };

const raiseClip =
  (low: number, high: number): RaiseOperator =>
  (r, op) => {
    const { name, perm } = r.value(input(op, 0));
    r.result(output(op), perm, "Clip", clip(r, name, low, high));
  };

/** The operand without change: what it is converted from or to is said by its tensors. */
const same = raiseUnary("Identity");

/** Numbers that come in 16 bits are float from the start; 8-bit ones are so behind their pair. */
const dequantize: RaiseOperator = (r, op) => {
  const { name, perm } = r.value(input(op, 0));
  if (r.tensors.get(name)!.type === "float32") r.alias(output(op), { name, perm });
  else same(r, op);
};

const cast: RaiseOperator = (r, op) => {
  const { name, perm } = r.value(input(op, 0));
  const { type, scale } = r.file.tensor(output(op));
  const to = codeOfDataType(scale === undefined ? type : "float32");
  r.result(output(op), perm, "Cast", [name], { to });
};

/** Operators of two inputs; the table of those with a fused activation. */
interface Binary {
  readonly operator: string;
  readonly table?: "AddOptions" | "SubOptions" | "MulOptions" | "DivOptions";
}
const binary: Readonly<Record<string, Binary>> = {
  ADD: { operator: "Add", table: "AddOptions" },
  SUB: { operator: "Sub", table: "SubOptions" },
  MUL: { operator: "Mul", table: "MulOptions" },
  DIV: { operator: "Div", table: "DivOptions" },
  POW: { operator: "Pow" },
  MINIMUM: { operator: "Min" },
  MAXIMUM: { operator: "Max" },
  FLOOR_MOD: { operator: "Mod" },
  EQUAL: { operator: "Equal" },
  LESS: { operator: "Less" },
  LESS_EQUAL: { operator: "LessOrEqual" },
  GREATER: { operator: "Greater" },
  GREATER_EQUAL: { operator: "GreaterOrEqual" },
  LOGICAL_AND: { operator: "And" },
  LOGICAL_OR: { operator: "Or" },
  PRELU: { operator: "PRelu" },
};

/** Operands in one order, that of the result. */
function operands(r: Raising, op: FileOperator): { names: string[]; perm: Permutation } {
  const indices = op.inputs.map((_, place) => input(op, place));
  if (indices.length === 0) fail(op, "has no input");
  const perm = commonOrder(r, indices);
  return { names: indices.map((index) => operand(r, index, perm)), perm };
}

const raiseBinary =
  ({ operator, table }: Binary): RaiseOperator =>
  (r, op) => {
    if (op.inputs.length !== 2) fail(op, `has ${op.inputs.length} inputs`);
    const { names, perm } = operands(r, op);
    const code = table && optionsOf(op, table).fusedActivationFunction;
    const attributes: Attributes = operator === "Mod" ? { fmod: 1 } : {};
    r.result(output(op), perm, operator, names, attributes, activationOf(r, op, code));
  };

/** The order of the largest operand of full rank; of several that of one whose order was not chosen freely. */
function commonOrder(r: Raising, indices: readonly number[]): Permutation {
  const rank = Math.max(...indices.map((index) => r.order(index).length));
  const full = indices.filter((index) => r.order(index).length === rank);
  const running = full.filter((index) => !r.isConstant(index));
  const size = (index: number) => elementCount(r.stored(index));
  const most = Math.max(...running.map(size));
  const largest = running.filter((index) => size(index) === most);
  const chosen = largest.find((index) => !r.file.inputs.includes(index)) ?? largest[0];
  return chosen === undefined ? identity(rank) : r.order(chosen);
}

/** An operand in the order of a result of rank `perm.length`; the file aligns lower ranks at the last axis. */
function operand(r: Raising, index: number, perm: Permutation): string {
  const stored = r.stored(index);
  if (stored.length === perm.length && !(r.isConstant(index) && elementCount(stored) === 1)) return r.read(index, perm);
  const missing = perm.length - stored.length;
  const read = r.read(index);
  const isOrdinary = perm.every((axis, i) => axis === i);
  if (elementCount(stored) === 1 && r.isConstant(index) && r.tensors.get(read)!.values !== undefined)
    return r.constant([], Array.from(r.tensors.get(read)!.values!), r.tensors.get(read)!.type);
  if (isOrdinary) return read;
  const wide = [...new Array<number>(Math.max(0, missing)).fill(1), ...stored];
  const place = unpermute(wide, perm);
  const axes = unpermute(identity(perm.length), perm).filter((axis) => wide[axis] !== 1);
  const isInOrder = axes.every((axis, i) => i === 0 || axis > axes[i - 1]!);
  const shape = trimmed(place);
  if (isInOrder) return r.node("Reshape", [read, r.integers(shape)], { allowzero: 1 });
  const reshaped = r.node("Reshape", [read, r.integers(wide)], { allowzero: 1 });
  return r.reorder(reshaped, identity(perm.length), perm);
}

function trimmed(shape: readonly number[]): number[] {
  const first = shape.findIndex((size) => size !== 1);
  return first < 0 ? [] : shape.slice(first);
}

const squaredDifference: RaiseOperator = (r, op) => {
  const { names, perm } = operands(r, op);
  const difference = r.node("Sub", names);
  r.result(output(op), perm, "Mul", [difference, difference]);
};

const square: RaiseOperator = (r, op) => {
  const { name, perm } = r.value(input(op, 0));
  r.result(output(op), perm, "Mul", [name, name]);
};

/** One operator in the file, so one in the graph. */
const rsqrt: RaiseOperator = (r, op) => {
  const { name, perm } = r.value(input(op, 0));
  r.result(output(op), perm, "Pow", [name, r.constant([], [-0.5])]);
};

const floorDiv: RaiseOperator = (r, op) => {
  const { names, perm } = operands(r, op);
  r.result(output(op), perm, "Floor", [r.node("Div", names)]);
};

const notEqual: RaiseOperator = (r, op) => {
  const { names, perm } = operands(r, op);
  r.result(output(op), perm, "Not", [r.node("Equal", names)]);
};

/** Two or three and more operands of one operator. */
const variadic =
  (operator: string): RaiseOperator =>
  (r, op) => {
    const { names, perm } = operands(r, op);
    r.result(output(op), perm, operator, names);
  };

/** SELECT, unlike SELECT_V2, aligns a condition of lower rank at the first axis. */
const select: RaiseOperator = (r, op) => {
  const condition = input(op, 0);
  if (op.inputs.length !== 3) fail(op, "has not three inputs");
  const ranks = op.inputs.map((_, place) => r.order(input(op, place)).length);
  const isAligned = op.builtin === "SELECT_V2" || ranks[0] === ranks[1] || ranks[0] === 0;
  if (isAligned) {
    variadic("Where")(r, op);
    return;
  }
  const stored = r.stored(condition);
  const wide = [...stored, ...new Array<number>(Math.max(0, ranks[1]! - stored.length)).fill(1)];
  const reshaped = r.node("Reshape", [r.read(condition), r.integers(wide)], { allowzero: 1 });
  const values = [1, 2].map((place) => r.read(input(op, place)));
  r.result(output(op), identity(ranks[1]!), "Where", [reshaped, ...values]);
};

const l2Normalization: RaiseOperator = (r, op) => {
  const { name, perm } = r.value(input(op, 0));
  const axis = perm.at(-1) ?? fail(op, "reads a scalar");
  const code = optionsOf(op, "L2NormOptions").fusedActivationFunction;
  r.result(output(op), perm, "LpNormalization", [name], { axis, p: 2 }, activationOf(r, op, code));
};

const localResponse: RaiseOperator = (r, op) => {
  const { name, perm } = r.value(input(op, 0));
  const { radius = 0, alpha = 1, beta = 0.75, bias = 1 } = optionsOf(op, "LocalResponseNormalizationOptions");
  r.result(output(op), perm, "LRN", [name], { size: 2 * radius + 1, alpha: alpha * (2 * radius + 1), beta, bias });
};

/** Along the last stored axis. */
const rows =
  (operator: string): RaiseOperator =>
  (r, op) => {
    const { name, perm } = r.value(input(op, 0));
    r.result(output(op), perm, operator, [name], { axis: perm.at(-1) ?? fail(op, "reads a scalar") });
  };

const leakyRelu = raiseUnary("LeakyRelu", (op) => ({ alpha: optionsOf(op, "LeakyReluOptions").alpha ?? 0 }));
const gelu = raiseUnary("Gelu", (op) => ({
  approximate: optionsOf(op, "GeluOptions").approximate ? "tanh" : "none",
}));

export const elementwise: OperatorTable = {
  ...Object.fromEntries(Object.entries(unary).map(([builtin, operator]) => [builtin, raiseUnary(operator)])),
  ...Object.fromEntries(Object.entries(binary).map(([builtin, row]) => [builtin, raiseBinary(row)])),
  RELU6: raiseClip(0, 6),
  RELU_N1_TO_1: raiseClip(-1, 1),
  RELU_0_TO_1: raiseClip(0, 1),
  LEAKY_RELU: leakyRelu,
  GELU: gelu,
  RSQRT: rsqrt,
  SQUARE: square,
  SQUARED_DIFFERENCE: squaredDifference,
  FLOOR_DIV: floorDiv,
  NOT_EQUAL: notEqual,
  ADD_N: variadic("Sum"),
  SELECT: select,
  SELECT_V2: select,
  CAST: cast,
  QUANTIZE: same,
  DEQUANTIZE: dequantize,
  FAKE_QUANT: same,
  SOFTMAX: rows("Softmax"),
  LOG_SOFTMAX: rows("LogSoftmax"),
  L2_NORMALIZATION: l2Normalization,
  LOCAL_RESPONSE_NORMALIZATION: localResponse,
};
