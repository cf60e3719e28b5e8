/**
 * Products with weights that the model keeps as integers. ONNX Runtime makes MatMulNBits of a MatMul whose weights are dequantised
 * from 4 bits in blocks (qdq_transformer/selectors_actions/qdq_actions.cc, DQMatMulToMatMulNBits); TensorFlow Lite has kernels
 * for 8-bit weights with 8-bit or float activations (the latter are quantised as they come: "hybrid").
 */
import { setOperator } from "../work-edits.js";
import type { WorkGraph, WorkNode } from "../work-graph.js";
import { nodesOf } from "../work-order.js";

const isNibble = (node: WorkNode) => {
  const stored = node.inputs[1]?.stored;
  return (stored?.type === "int4" || stored?.type === "uint4") && stored.block !== undefined;
};

export function lowBitProducts(work: WorkGraph): boolean {
  let changed = false;
  for (const node of nodesOf(work)) {
    if (!node.alive || node.operator !== "MatMul" || node.domain !== "" || !isNibble(node)) continue;
    const [rows, columns] = node.inputs[1]!.shape as [number, number];
    if (node.inputs[1]!.shape.length !== 2) continue;
    node.attributes = { K: rows, N: columns, bits: 4, block_size: node.inputs[1]!.stored!.block! };
    setOperator(work, node, "MatMulNBits", "com.microsoft");
    changed = true;
  }
  return changed;
}

/** Of nodes that work on integers though they are nodes of floats here: in which form. */
export const integersAttribute = "#integers";

/** Marks them; the nodes stay what they are. */
export function hybridProducts(work: WorkGraph, operators: readonly string[]): boolean {
  for (const node of nodesOf(work)) {
    if (!node.alive || node.domain !== "" || !operators.includes(node.operator)) continue;
    const stored = node.inputs[1]?.stored;
    if (stored === undefined || node.inputs[1]?.constant !== true) continue;
    const form = node.inputs[0]?.producer?.operator === "DequantizeLinear" ? "qlinear" : "integer";
    node.attributes = { ...node.attributes, [integersAttribute]: form };
  }
  return false;
}
