import { invariant } from "../base/index.js";
import { add, leakyRelu, relu, sigmoid } from "./graph/elementwise.js";
import { type Expression, leaf } from "./graph/expression.js";
import { affine } from "./graph/linear.js";
import type { Parameter } from "./graph/training-problem.js";
import { type Activation, type LayerSpec, LEAK } from "./network.js";

/** Names of a layer's parameters, in states and in training graphs. */
export const weightName = (prefix: string, layer: number): string => `${prefix}${layer}.weight`;
export const biasName = (prefix: string, layer: number): string => `${prefix}${layer}.bias`;

export interface NetworkExpression {
  readonly output: Expression;
  readonly parameters: Readonly<Record<string, Parameter>>;
}

/** Layers applied to a [rows, columns] input; `rates` multiplies the learning rate layer by layer. */
export function networkExpression(
  input: Expression,
  layers: readonly LayerSpec[],
  prefix = "layer",
  rates: readonly number[] = [],
): NetworkExpression {
  const parameters: Record<string, Parameter> = {};
  let x = input;
  layers.forEach((layer, i) => {
    const units = x.shape[1]!;
    const weight = leaf([units, layer.units]);
    const bias = leaf([1, layer.units]);
    parameters[weightName(prefix, i)] = { leaf: weight, rate: rates[i] ?? 1 };
    parameters[biasName(prefix, i)] = { leaf: bias, rate: rates[i] ?? 1 };
    const out = activate(affine(x, weight, bias), layer.activation);
    invariant(!layer.residual || units === layer.units, `residual layer of ${layer.units} units after ${units}`);
    x = layer.residual ? add(x, out) : out;
  });
  return { output: x, parameters };
}

function activate(x: Expression, activation: Activation): Expression {
  switch (activation) {
    case "identity":
      return x;
    case "relu":
      return relu(x);
    case "leaky-relu":
      return leakyRelu(x, LEAK);
    case "sigmoid":
      return sigmoid(x);
    default:
      return activation satisfies never;
  }
}
