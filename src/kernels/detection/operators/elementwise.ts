/** Element by element: activations, arithmetic of two tensors, changes of type. */
import { broadcastFields, imageSize } from "../../types/binary.js";
import type { WorkNode } from "../work-graph.js";
import { count, type OperatorEntry, shapeOf } from "./entry.js";

const sizeOf = (node: WorkNode) => imageSize(shapeOf(node, 0));

/** A type that has no fields but the size. */
export const plain =
  (type: string): OperatorEntry =>
  (node) => ({ type, config: sizeOf(node) });

export const activation =
  (operator: string): OperatorEntry =>
  (node) => ({ type: "activation", config: { operator, ...sizeOf(node) } });

export const gelu: OperatorEntry = (node) => {
  const form = node.operator === "FastGelu" || node.attributes.approximate === "tanh" ? "tanh" : "erf";
  return { type: "gelu", config: { ...sizeOf(node), form } };
};

/** x · sigmoid(alpha x). */
export const quickGelu: OperatorEntry = (node) =>
  node.attributes.alpha === 1
    ? plain("swish")(node, 0)
    : { type: "gelu", config: { ...sizeOf(node), form: "sigmoid" } };

export const biasGelu: OperatorEntry = (node) => {
  const shape = shapeOf(node, 0);
  const columns = shape.at(-1) ?? 1;
  return { type: "bias-gelu", config: { rows: count(shape) / columns, columns, form: "erf" } };
};

const operandShapes = (node: WorkNode) =>
  node.inputs.filter((input) => input !== undefined).map((input) => input.shape);

/** The fields of the operands' shapes; the common cases, equal shapes and a factor per channel, without a detour. */
function operands(node: WorkNode) {
  if (node.inputs.length === 2) {
    const first = node.inputs[0]!.shape;
    const second = node.inputs[1]!.shape;
    if (sameShape(first, second)) return fieldsOf(first, "none");
    if (isPerChannel(first, second)) return fieldsOf(first, "channel");
    if (isPerChannel(second, first)) return fieldsOf(second, "channel");
  }
  return { ...broadcastFields(operandShapes(node)) };
}

function fieldsOf(shape: readonly number[], broadcast: string) {
  const { c, h, w } = imageSize(shape);
  return { c, h, w, broadcast };
}

/** One image, and one number for each of its channels. */
const isPerChannel = (image: readonly number[], factor: readonly number[]) =>
  image.length === 4 &&
  factor.length === 4 &&
  image[0] === 1 &&
  image[1]! > 1 &&
  image[2]! * image[3]! > 1 &&
  factor[0] === 1 &&
  factor[1] === image[1] &&
  factor[2] === 1 &&
  factor[3] === 1;

const sameShape = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

export const add: OperatorEntry = (node) => ({
  type: node.activation === undefined ? "add" : "add-relu",
  config: operands(node),
});

export const mul: OperatorEntry = (node) => ({ type: "mul", config: operands(node) });

export const binary =
  (operator: string): OperatorEntry =>
  (node) => ({ type: "elementwise", config: { operator, ...operands(node) } });

/** The condition is no operand of the arithmetic. */
export const where: OperatorEntry = (node) => ({
  type: "elementwise",
  config: { operator: "where", ...broadcastFields(node.inputs.slice(1).map((input) => input!.shape)) },
});

const typeNames = new Set(["float32", "float16", "float64", "int64", "int32", "uint8", "int8", "bool"]);

export const cast: OperatorEntry = (node) => {
  const from = node.inputs[0]!.type;
  const to = node.outputs[0]!.type;
  if (!typeNames.has(from) || !typeNames.has(to)) return undefined;
  return { type: "cast", config: { elements: Math.max(1, count(shapeOf(node, 0))), from, to } };
};

export const conversion =
  (type: "quantize" | "dequantize"): OperatorEntry =>
  (node) => ({ type, config: { elements: Math.max(1, count(shapeOf(node, 0))) } });
