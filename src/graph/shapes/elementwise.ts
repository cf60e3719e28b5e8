/** Operators that work element by element: activations, arithmetic, comparisons, casts. Small constants are computed. */
import { dataTypeOfCode, isInteger } from "../data-types.js";
import type { DataType, Tensor } from "../graph.js";
import { broadcast } from "./broadcast.js";
import { broadcastValues, stored } from "./known-values.js";
import { failUnsupported, firstShapeAs, integer, likeFirst, type Rule, type RuleTable, required } from "./rule.js";

function mapValues(tensor: Tensor, type: DataType, compute: (value: number) => number): number[] | undefined {
  const { values } = tensor;
  if (values === undefined) return undefined;
  const result = new Array<number>(values.length);
  for (let i = 0; i < values.length; i++) result[i] = stored(compute(values[i]!), type);
  return result;
}

const unary =
  (compute: (value: number) => number): Rule =>
  (node, inputs) => {
    const x = required(node, inputs, 0);
    return { shape: x.shape, type: x.type, values: mapValues(x, x.type, compute) };
  };

const predicate =
  (compute: (value: number) => boolean): Rule =>
  (node, inputs) => {
    const x = required(node, inputs, 0);
    return { shape: x.shape, type: "bool", values: mapValues(x, "bool", (value) => Number(compute(value))) };
  };

type Binary = (a: number, b: number, type: DataType) => number;

function zipValues(a: Tensor, b: Tensor, shape: readonly number[], type: DataType, compute: Binary) {
  if (a.values === undefined || b.values === undefined) return undefined;
  const left = broadcastValues(a, shape);
  const right = broadcastValues(b, shape);
  if (left === undefined || right === undefined) return undefined;
  const result = new Array<number>(left.length);
  for (let i = 0; i < left.length; i++) result[i] = stored(compute(left[i]!, right[i]!, a.type), type);
  return result;
}

const binary =
  (compute: Binary, outputType?: DataType): Rule =>
  (node, inputs) => {
    const a = required(node, inputs, 0);
    const b = required(node, inputs, 1);
    const shape = broadcast(node, a.shape, b.shape);
    const type = outputType ?? a.type;
    return { shape, type, values: zipValues(a, b, shape, type, compute) };
  };

const compare = (compute: (a: number, b: number) => boolean): Rule => binary((a, b) => Number(compute(a, b)), "bool");

/** Max, Min, Sum, Mean: any number of inputs. */
const variadic =
  (compute: Binary | undefined): Rule =>
  (node, inputs) => {
    const first = required(node, inputs, 0);
    let { shape } = first;
    let values = first.values;
    for (let i = 1; i < inputs.length; i++) {
      const next = required(node, inputs, i);
      const joined = broadcast(node, shape, next.shape);
      const soFar: Tensor = { ...first, shape, values };
      values = compute && values && zipValues(soFar, next, joined, first.type, compute);
      shape = joined;
    }
    return { shape, type: first.type, values: compute ? values : undefined };
  };

const divide: Binary = (a, b, type) => (isInteger(type) ? (b === 0 ? 0 : Math.trunc(a / b)) : a / b);

/** Mod of ONNX: the sign follows the divisor unless `fmod` is set. */
const modulo: Rule = (node, inputs, opset) =>
  binary(integer(node, "fmod", 0) === 1 ? (a, b) => a % b : (a, b) => a - Math.floor(a / b) * b)(node, inputs, opset);

const where: Rule = (node, inputs) => {
  const condition = required(node, inputs, 0);
  const yes = required(node, inputs, 1);
  const no = required(node, inputs, 2);
  const shape = broadcast(node, broadcast(node, condition.shape, yes.shape), no.shape);
  const flags = broadcastValues(condition, shape);
  const left = flags && broadcastValues(yes, shape);
  const right = flags && broadcastValues(no, shape);
  if (!left || !right) return { shape, type: yes.type };
  return { shape, type: yes.type, values: Array.from(left, (value, i) => (flags[i] ? value : right[i]!)) };
};

const cast: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const code = integer(node, "to", 0);
  const type = dataTypeOfCode(code) ?? failUnsupported(node, `element type ${code} of ONNX is not supported`);
  return { shape: x.shape, type, values: type === "string" ? undefined : mapValues(x, type, (value) => value) };
};

const castLike: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const { type } = required(node, inputs, 1);
  return { shape: x.shape, type, values: mapValues(x, type, (value) => value) };
};

const clip: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const low = inputs[1] ? inputs[1].values?.[0] : integer(node, "min", -Infinity);
  const high = inputs[2] ? inputs[2].values?.[0] : integer(node, "max", Infinity);
  if (low === undefined || high === undefined) return { shape: x.shape, type: x.type };
  return { shape: x.shape, type: x.type, values: mapValues(x, x.type, (v) => Math.min(Math.max(v, low), high)) };
};

const identity: Rule = (node, inputs) => {
  const { shape, type, values } = required(node, inputs, 0);
  return { shape, type, values };
};

/** Dropout at inference is the identity; the mask output is rarely asked for. */
const dropout: Rule = (node, inputs) => {
  const { shape, type, values } = required(node, inputs, 0);
  return [
    { shape, type, values },
    { shape, type: "bool" },
  ];
};

/** No values: shape arithmetic does not shift bits, and a slope is a weight. */
const broadcastOnly: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  return { shape: broadcast(node, x.shape, required(node, inputs, 1).shape), type: x.type };
};

/** Ties go to the even neighbour, as ONNX's Round says. */
function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

const sameShapeActivations = [
  "Acos",
  "Acosh",
  "Asin",
  "Asinh",
  "Atan",
  "Atanh",
  "Celu",
  "Cosh",
  "Elu",
  "Erf",
  "Gelu",
  "HardSigmoid",
  "HardSwish",
  "Hardmax",
  "LeakyRelu",
  "LogSoftmax",
  "Mish",
  "Selu",
  "Shrink",
  "Sinh",
  "Softmax",
  "Softplus",
  "Softsign",
  "Swish",
  "Tan",
  "ThresholdedRelu",
] as const;

export const elementwiseRules: RuleTable = {
  ...Object.fromEntries(sameShapeActivations.map((operator) => [operator, likeFirst])),
  Abs: unary(Math.abs),
  Add: binary((a, b) => a + b),
  And: binary((a, b) => a & b, "bool"),
  BitShift: broadcastOnly,
  BitwiseAnd: broadcastOnly,
  BitwiseNot: likeFirst,
  BitwiseOr: broadcastOnly,
  BitwiseXor: broadcastOnly,
  Cast: cast,
  CastLike: castLike,
  Ceil: unary(Math.ceil),
  Clip: clip,
  Cos: unary(Math.cos),
  Div: binary(divide),
  Dropout: dropout,
  Equal: compare((a, b) => a === b),
  Exp: unary(Math.exp),
  Floor: unary(Math.floor),
  Greater: compare((a, b) => a > b),
  GreaterOrEqual: compare((a, b) => a >= b),
  Identity: identity,
  IsInf: firstShapeAs("bool"),
  IsNaN: predicate(Number.isNaN),
  Less: compare((a, b) => a < b),
  LessOrEqual: compare((a, b) => a <= b),
  Log: unary(Math.log),
  Max: variadic((a, b) => Math.max(a, b)),
  Mean: variadic(undefined),
  Min: variadic((a, b) => Math.min(a, b)),
  Mod: modulo,
  Mul: binary((a, b) => a * b),
  Neg: unary((a) => -a),
  Not: predicate((a) => a === 0),
  Or: binary((a, b) => a | b, "bool"),
  PRelu: broadcastOnly,
  Pow: binary((a, b) => a ** b),
  Reciprocal: unary((a) => 1 / a),
  Relu: unary((a) => Math.max(a, 0)),
  Round: unary(roundHalfEven),
  Sigmoid: unary((a) => 1 / (1 + Math.exp(-a))),
  Sign: unary(Math.sign),
  Sin: unary(Math.sin),
  Sqrt: unary(Math.sqrt),
  Sub: binary((a, b) => a - b),
  Sum: variadic((a, b) => a + b),
  Tanh: unary(Math.tanh),
  Where: where,
  Xor: binary((a, b) => a ^ b, "bool"),
};
