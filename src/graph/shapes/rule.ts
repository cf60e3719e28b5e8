/**
 * What a shape rule is, and the few questions that all rules ask of a node: its inputs, its attributes, known values.
 * A rule is on the hot path of search spaces (hundreds of thousands of calls per second): plain loops, no exceptions
 * unless the model is wrong.
 */
import { LitepredError } from "../../base/index.js";
import type { DataType, GraphNode, Stored, Tensor } from "../graph.js";

/** What a rule says of one output; `inferOutputs` adds its name and whether it is constant. */
export interface Inferred {
  readonly shape: readonly number[];
  readonly type: DataType;
  readonly values?: ArrayLike<number> | undefined;
  readonly stored?: Stored | undefined;
  /** Overrules "constant if every input is". */
  readonly constant?: boolean;
}

export type Inputs = readonly (Tensor | undefined)[];

/** Shape and type of each output (a lone one need not be wrapped), from the node and its inputs. */
export type Rule = (node: GraphNode, inputs: Inputs, opset: number) => Inferred | readonly Inferred[];

/** Rules by operator name. */
export type RuleTable = Readonly<Record<string, Rule>>;

/** Values are carried for tensors up to this many elements: enough for shape arithmetic. */
export const maxKnownElements = 4096;

/** @throws LitepredError `invalid-model`, naming the node. */
export function fail(node: GraphNode, message: string): never {
  throw new LitepredError("invalid-model", `${node.operator} node "${node.name}": ${message}`, "", {
    node: node.name,
    operator: node.operator,
  });
}

/** @throws LitepredError `unsupported-operator`: the model may be right, but its shapes are not known before it runs. */
export function failUnsupported(node: GraphNode, message: string, hint = ""): never {
  throw new LitepredError("unsupported-operator", `${node.operator} node "${node.name}": ${message}`, hint, {
    node: node.name,
    operator: node.operator,
  });
}

export const shapeText = (shape: readonly number[]): string => `[${shape.join(",")}]`;

export function required(node: GraphNode, inputs: Inputs, index: number): Tensor {
  const tensor = inputs[index];
  return tensor === undefined ? fail(node, `input ${index} is missing`) : tensor;
}

/** Values of an input that decides a shape; undefined where the input is omitted. */
export function knownValues(node: GraphNode, inputs: Inputs, index: number): ArrayLike<number> | undefined {
  const tensor = inputs[index];
  if (tensor === undefined) return undefined;
  if (tensor.values === undefined) {
    if (tensor.shape.length === 1 && tensor.shape[0] === 0) return [];
    failUnsupported(
      node,
      `the shape of its output depends on the values of "${tensor.name}", which are known only at run time`,
      "Export the model with static shapes.",
    );
  }
  return tensor.values;
}

export function integer(node: GraphNode, name: string, fallback: number): number {
  const value = node.attributes[name];
  if (value === undefined) return fallback;
  return typeof value === "number" ? value : fail(node, `attribute ${name} should be a number`);
}

export function integers(node: GraphNode, name: string): readonly number[] | undefined {
  const value = node.attributes[name];
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || typeof value[0] === "string")
    fail(node, `attribute ${name} should be a list of numbers`);
  return value as readonly number[];
}

export function text(node: GraphNode, name: string, fallback: string): string {
  const value = node.attributes[name];
  if (value === undefined) return fallback;
  return typeof value === "string" ? value : fail(node, `attribute ${name} should be text`);
}

/** A list that later opsets take as an input and earlier ones as an attribute. */
export const listOf = (
  node: GraphNode,
  inputs: Inputs,
  index: number,
  attribute: string,
): ArrayLike<number> | undefined => knownValues(node, inputs, index) ?? integers(node, attribute);

/** Axis in 0…rank−1 from one that may count from the end. */
export function normalAxis(node: GraphNode, axis: number, rank: number): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (!(normal >= 0 && normal < rank) || !Number.isInteger(normal))
    fail(node, `axis ${axis} is outside a tensor of rank ${rank}`);
  return normal;
}

/** `axes` as one flag for each dimension. */
export function axisFlags(node: GraphNode, axes: ArrayLike<number>, rank: number): boolean[] {
  const flags = new Array<boolean>(rank).fill(false);
  for (let i = 0; i < axes.length; i++) flags[normalAxis(node, axes[i]!, rank)] = true;
  return flags;
}

export function product(shape: readonly number[], from = 0, to = shape.length): number {
  let result = 1;
  for (let i = from; i < to; i++) result *= shape[i]!;
  return result;
}

/** Output of the same shape and type as the first input. */
export const likeFirst: Rule = (node, inputs) => {
  const { shape, type } = required(node, inputs, 0);
  return { shape, type };
};

/** The same shape, of another type. */
export const firstShapeAs =
  (type: DataType): Rule =>
  (node, inputs) => ({ shape: required(node, inputs, 0).shape, type });
