/**
 * Weights that a model keeps as integers are made floats at every run where no operator on integers took them: ONNX Runtime folds no
 * DequantizeLinear (onnxruntime/core/optimizer/constant_folding.cc), and what reads it has no weights that could be laid out in blocks.
 */
import { addNode, newConstant, newValue, setInput } from "../work-edits.js";
import type { WorkGraph, WorkNode, WorkValue } from "../work-graph.js";
import { nodesOf } from "../work-order.js";

/** Nodes that work on the integers themselves. */
const takesIntegers = ({ operator, domain }: WorkNode) =>
  domain === "quantized" ||
  operator === "MatMulNBits" ||
  operator === "QuantizeLinear" ||
  operator === "DequantizeLinear";

export function restoreDequantize(work: WorkGraph): boolean {
  const restored = new Map<WorkValue, WorkValue>();
  for (const node of nodesOf(work)) {
    if (!node.alive || takesIntegers(node)) continue;
    for (const [slot, input] of node.inputs.entries())
      if (input?.constant === true && input.stored?.byNode === true)
        setInput(work, node, slot, floats(work, input, restored));
  }
  return restored.size > 0;
}

function floats(work: WorkGraph, weights: WorkValue, restored: Map<WorkValue, WorkValue>): WorkValue {
  const known = restored.get(weights);
  if (known !== undefined) return known;
  const integers = newConstant(work, `${weights.name}/stored`, weights.shape, undefined, weights.stored!.type);
  const value = newValue(work, `${weights.name}/floats`, weights.shape);
  addNode(work, "DequantizeLinear", "", [integers], [value], {}, []);
  restored.set(weights, value);
  return value;
}
