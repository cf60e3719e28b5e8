/** Static shape inference, one operator at a time. STUB: being written. */
import type { GraphNode, Tensor } from "./graph.js";

/**
 * Shapes and types of a node's outputs from its inputs (undefined for an omitted one), in the node's order of outputs.
 * Constant inputs give constant outputs, with values where the operator is shape arithmetic and the values are small.
 * @throws LitepredError `unsupported-operator` for an operator without a rule, `invalid-model` for shapes that do not fit.
 */
export function inferOutputs(_node: GraphNode, _inputs: readonly (Tensor | undefined)[], _opset: number): Tensor[] {
  throw new Error("internal: not written yet");
}
