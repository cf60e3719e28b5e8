/** What a formula of an operator's work says, and the sizes that formulas are made of. */
import type { Work } from "../../types/other-operator.js";
import type { WorkNode } from "../work-graph.js";
import { count, outputShape, shapeOf } from "./entry.js";

/** `read`, `written`: elements; default: all inputs, all outputs. */
export type Cost = { readonly work: Work; readonly flops: number; readonly read?: number; readonly written?: number };
export type Formula = (node: WorkNode) => Cost;

export const inputElements = (node: WorkNode) =>
  node.inputs.reduce((sum, input) => sum + (input === undefined ? 0 : count(input.shape)), 0);
export const outputElements = (node: WorkNode) => node.outputs.reduce((sum, output) => sum + count(output.shape), 0);
export const elementsAt = (node: WorkNode, slot: number) => count(shapeOf(node, slot));
export const written = (node: WorkNode) => count(outputShape(node));
