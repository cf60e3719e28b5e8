/**
 * Static shape inference, one operator at a time: looks up the operator's rule (shapes/), checks what it says, and
 * names the outputs. Space samplers call this hundreds of thousands of times per second.
 */
import { LitepredError } from "../base/index.js";
import type { GraphNode, Stored, Tensor } from "./graph.js";
import { ruleFor } from "./shapes/index.js";
import { failUnsupported, type Inferred, type Inputs, maxKnownElements, shapeText } from "./shapes/rule.js";

export { inferredOperators } from "./shapes/index.js";

/** No tensor may have more elements: 8 GB of float32. Choice: beyond any model that runs on an edge device. */
export const maxElements = 2 ** 31;
const maxRank = 64;

/**
 * Shapes and types of a node's outputs from its inputs (undefined for an omitted one), in the node's order of outputs.
 * Constant inputs give constant outputs, with values where the operator is shape arithmetic and the values are small.
 * @throws LitepredError `unsupported-operator` for an operator without a rule, `invalid-model` for shapes that do not fit,
 * `limit-exceeded` for tensors beyond `maxElements`.
 */
export function inferOutputs(node: GraphNode, inputs: Inputs, opset: number): Tensor[] {
  const rule = ruleFor(node.operator, node.domain);
  if (rule === undefined) {
    const domain = node.domain === "" ? "" : `${node.domain}.`;
    failUnsupported(
      node,
      `operator ${domain}${node.operator} has no shape rule`,
      "See docs/coverage.md for those that do.",
    );
  }
  const inferred = rule(node, inputs, opset);
  const constant = allConstant(inputs);
  if (!Array.isArray(inferred)) {
    if (node.outputs.length > 1) failUnsupported(node, `output 1 ("${node.outputs[1]}") has no shape rule`);
    return [tensorOf(node, 0, inferred as Inferred, inputs, constant)];
  }
  const tensors: Tensor[] = [];
  for (let i = 0; i < node.outputs.length; i++) {
    const output = (inferred as readonly Inferred[])[i];
    if (output === undefined) failUnsupported(node, `output ${i} ("${node.outputs[i]}") has no shape rule`);
    tensors.push(tensorOf(node, i, output, inputs, constant));
  }
  return tensors;
}

export const hasShapeRule = (operator: string, domain: string): boolean => ruleFor(operator, domain) !== undefined;

function allConstant(inputs: Inputs): boolean {
  for (let i = 0; i < inputs.length; i++) if (inputs[i]?.constant === false) return false;
  return true;
}

/** Operators behind which weights are the same ones in another order. */
const reordering: ReadonlySet<string> = new Set(["Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze"]);

const storedBehind = (node: GraphNode, inputs: Inputs): Stored | undefined =>
  inputs[0]?.stored !== undefined && reordering.has(node.operator) ? inputs[0].stored : undefined;

function tensorOf(node: GraphNode, index: number, output: Inferred, inputs: Inputs, inputsConstant: boolean): Tensor {
  const name = node.outputs[index]!;
  const { shape, type, values } = output;
  const stored = output.stored ?? storedBehind(node, inputs);
  checkSize(node, name, shape);
  const constant = output.constant ?? inputsConstant;
  if (constant && stored !== undefined) return { name, shape, type, constant, stored };
  if (values === undefined || !constant || values.length > maxKnownElements) return { name, shape, type, constant };
  return { name, shape, type, constant, values };
}

function checkSize(node: GraphNode, name: string, shape: readonly number[]): void {
  let count = shape.length > maxRank ? Number.POSITIVE_INFINITY : 1;
  for (let i = 0; i < shape.length; i++) {
    const size = shape[i]!;
    if (!(size >= 0) || !Number.isInteger(size)) {
      throw new LitepredError(
        "invalid-model",
        `${node.operator} node "${node.name}": output "${name}" would have the shape ${shapeText(shape)}`,
      );
    }
    count *= size;
  }
  if (!(count <= maxElements)) {
    throw new LitepredError(
      "limit-exceeded",
      `${node.operator} node "${node.name}": output "${name}" of shape ${shapeText(shape)} has more than ${maxElements} elements`,
    );
  }
}
