/** Activations as nodes, as exporters of PyTorch write them, over a GraphBuilder. */
import type { GraphBuilder } from "./builder.js";

/** Activations by their usual names; `activation` maps them to ONNX operators as PyTorch's exporters do. */
export const activationNames = [
  "none",
  "relu",
  "relu6",
  "swish",
  "hswish",
  "gelu",
  "sigmoid",
  "hsigmoid",
  "tanh",
  "leaky-relu",
  "elu",
  "selu",
  "softplus",
  "mish",
] as const;
export type Activation = (typeof activationNames)[number];

/** An activation as PyTorch's exporters write it: one node where ONNX has an operator at opset 17, else its formula. */
export function activation(b: GraphBuilder, x: string, kind: Activation): string {
  switch (kind) {
    case "none":
      return x;
    case "relu":
      return b.node("Relu", [x]);
    case "relu6":
      return b.node("Clip", [x, scalar(b, 0), scalar(b, 6)]);
    case "swish":
      return b.node("Mul", [x, b.node("Sigmoid", [x])]);
    case "hswish":
      return b.node("HardSwish", [x]);
    case "gelu":
      return gelu(b, x);
    case "sigmoid":
      return b.node("Sigmoid", [x]);
    case "hsigmoid":
      return b.node("HardSigmoid", [x], { alpha: 1 / 6, beta: 0.5 });
    case "tanh":
      return b.node("Tanh", [x]);
    case "leaky-relu":
      return b.node("LeakyRelu", [x], { alpha: 0.1 });
    case "elu":
      return b.node("Elu", [x]);
    case "selu":
      return b.node("Selu", [x]);
    case "softplus":
      return b.node("Softplus", [x]);
    case "mish":
      return b.node("Mul", [x, b.node("Tanh", [b.node("Softplus", [x])])]);
    default:
      return kind satisfies never;
  }
}

/** x · (1 + erf(x / √2)) / 2; ONNX has a Gelu operator only from opset 20. */
function gelu(b: GraphBuilder, x: string): string {
  const scaled = b.node("Div", [x, scalar(b, Math.SQRT2)]);
  const gate = b.node("Add", [b.node("Erf", [scaled]), scalar(b, 1)]);
  return b.node("Mul", [b.node("Mul", [x, gate]), scalar(b, 0.5)]);
}

/** The tanh approximation: x · (1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2. */
export function geluTanh(b: GraphBuilder, x: string): string {
  const cubed = b.node("Pow", [x, scalar(b, 3)]);
  const inner = b.node("Add", [x, b.node("Mul", [cubed, scalar(b, 0.044715)])]);
  const curve = b.node("Tanh", [b.node("Mul", [inner, scalar(b, Math.sqrt(2 / Math.PI))])]);
  return b.node("Mul", [b.node("Mul", [x, scalar(b, 0.5)]), b.node("Add", [curve, scalar(b, 1)])]);
}

/** A float32 constant of rank 0. */
export function scalar(b: GraphBuilder, value: number): string {
  return b.constant([], [value]);
}
