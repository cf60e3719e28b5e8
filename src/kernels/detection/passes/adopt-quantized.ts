/**
 * Models that say their integer operators themselves (QLinearConv, QLinearAdd, QGemm …) become what the same operators between QDQ
 * pairs become: ONNX Runtime treats both alike from there on, transposes around the convolutions included.
 */
import { replaceInputs, setOperator } from "../work-edits.js";
import type { WorkGraph, WorkNode } from "../work-graph.js";
import { nodesOf } from "../work-order.js";

/** Places of the operands; what is between them are scales and zero points. */
const operands: Readonly<Record<string, { readonly plain: string; readonly slots: readonly number[] }>> = {
  QLinearConv: { plain: "Conv", slots: [0, 3, 8] },
  QLinearMatMul: { plain: "MatMul", slots: [0, 3] },
  QGemm: { plain: "Gemm", slots: [0, 3, 6] },
  QLinearAdd: { plain: "Add", slots: [0, 3] },
  QLinearMul: { plain: "Mul", slots: [0, 3] },
  QLinearLeakyRelu: { plain: "LeakyRelu", slots: [0] },
  QLinearSigmoid: { plain: "Sigmoid", slots: [0] },
  QLinearSoftmax: { plain: "Softmax", slots: [0] },
  QLinearAveragePool: { plain: "AveragePool", slots: [0] },
  QLinearGlobalAveragePool: { plain: "GlobalAveragePool", slots: [0] },
};

export function adoptQuantized(work: WorkGraph): boolean {
  let changed = false;
  for (const node of nodesOf(work)) {
    if (!node.alive || node.domain === "quantized") continue;
    const slots = slotsOf(node);
    if (slots === undefined) continue;
    replaceInputs(
      work,
      node,
      slots.map((slot) => node.inputs[slot]).filter((input, i) => i < 2 || input !== undefined),
    );
    const plain = node.operator === "QLinearConcat" ? "Concat" : operands[node.operator]!.plain;
    setOperator(work, node, plain, "quantized");
    changed = true;
  }
  return changed;
}

function slotsOf({ operator, inputs }: WorkNode): readonly number[] | undefined {
  // Scale and zero point of the result, then three inputs for each part.
  if (operator === "QLinearConcat") return inputs.map((_, slot) => slot).filter((slot) => slot >= 2 && slot % 3 === 2);
  return Object.hasOwn(operands, operator)
    ? operands[operator]!.slots.filter((slot) => slot < inputs.length)
    : undefined;
}
