/** Primitives that work element by element, with NumPy's broadcasting. */
import { sum, sumTo } from "./arrangement.js";
import { broadcastShape, constant, type Expression, sizeOf } from "./expression.js";

function binary(
  operator: string,
  a: Expression,
  b: Expression,
  partials: (upstream: Expression, result: Expression) => [Expression, Expression],
): Expression {
  return {
    shape: broadcastShape(a.shape, b.shape),
    inputs: [a, b],
    emit: (writer, values) => writer.node(operator, values),
    gradient(upstream, result) {
      const [byA, byB] = partials(upstream, result);
      return [sumTo(byA, a.shape), sumTo(byB, b.shape)];
    },
  };
}

function unary(
  operator: string,
  x: Expression,
  derivative?: (upstream: Expression, result: Expression) => Expression,
): Expression {
  return {
    shape: x.shape,
    inputs: [x],
    emit: (writer, values) => writer.node(operator, values),
    gradient: (upstream, result) => [derivative?.(upstream, result)],
  };
}

export const add = (a: Expression, b: Expression): Expression => binary("Add", a, b, (g) => [g, g]);
export const sub = (a: Expression, b: Expression): Expression => binary("Sub", a, b, (g) => [g, negative(g)]);
export const mul = (a: Expression, b: Expression): Expression => binary("Mul", a, b, (g) => [mul(g, b), mul(g, a)]);
export const div = (a: Expression, b: Expression): Expression =>
  binary("Div", a, b, (g, result) => [div(g, b), negative(mul(g, div(result, b)))]);

export const negative = (x: Expression): Expression => unary("Neg", x, (g) => negative(g));
export const exp = (x: Expression): Expression => unary("Exp", x, (g, result) => mul(g, result));
export const log = (x: Expression): Expression => unary("Log", x, (g) => div(g, x));
export const sigmoid = (x: Expression): Expression =>
  unary("Sigmoid", x, (g, result) => mul(g, mul(result, sub(constant(1), result))));
export const softplus = (x: Expression): Expression => unary("Softplus", x, (g) => mul(g, sigmoid(x)));
/** −1, 0 or 1; no gradient. */
export const sign = (x: Expression): Expression => unary("Sign", x);
export const abs = (x: Expression): Expression => unary("Abs", x, (g) => mul(g, sign(x)));
/** 1 where positive, else 0; no gradient. A steep hard sigmoid is four times as fast as Sign in the engine. */
export function isPositive(x: Expression): Expression {
  return {
    shape: x.shape,
    inputs: [x],
    emit: (writer, values) => writer.node("HardSigmoid", values, { alpha: { float: 1e30 }, beta: { float: 0 } }),
  };
}
export const relu = (x: Expression): Expression => unary("Relu", x, (g, result) => mul(g, isPositive(result)));
export const square = (x: Expression): Expression => mul(x, x);

/** x where positive, `slope`·x elsewhere. */
export function leakyRelu(x: Expression, slope: number): Expression {
  return {
    shape: x.shape,
    inputs: [x],
    emit: (writer, values) => writer.node("LeakyRelu", values, { alpha: { float: slope } }),
    gradient: (g, result) => [mul(g, add(constant(slope), mul(constant(1 - slope), isPositive(result))))],
  };
}

export const mean = (x: Expression): Expression => mul(sum(x), constant(1 / sizeOf(x.shape)));
