/** Matrix products. */
import type { GraphNode } from "../graph.js";
import { broadcast } from "./broadcast.js";
import { einsumShape } from "./einsum.js";
import { fail, integer, type Rule, type RuleTable, required, shapeText, text } from "./rule.js";

/** Numpy's matmul: vectors are promoted, leading axes broadcast. */
export function matMulShape(node: GraphNode, a: readonly number[], b: readonly number[]): number[] {
  if (a.length === 0 || b.length === 0) fail(node, "a scalar has no matrix product");
  const inner = a[a.length - 1]!;
  if (inner !== b[b.length - (b.length === 1 ? 1 : 2)]) {
    fail(node, `shapes ${shapeText(a)} and ${shapeText(b)} do not fit`);
  }
  const rows = a.length > 1 ? [a[a.length - 2]!] : [];
  const columns = b.length > 1 ? [b[b.length - 1]!] : [];
  const batch = b.length <= 2 ? a.slice(0, -2) : broadcast(node, a.slice(0, -2), b.slice(0, -2));
  return [...batch, ...rows, ...columns];
}

const matMul: Rule = (node, inputs) => {
  const a = required(node, inputs, 0);
  return { shape: matMulShape(node, a.shape, required(node, inputs, 1).shape), type: a.type };
};

const matMulInteger: Rule = (node, inputs) => ({
  shape: matMulShape(node, required(node, inputs, 0).shape, required(node, inputs, 1).shape),
  type: "int32",
});

const qLinearMatMul: Rule = (node, inputs) => ({
  shape: matMulShape(node, required(node, inputs, 0).shape, required(node, inputs, 3).shape),
  type: required(node, inputs, 7).type,
});

const gemm: Rule = (node, inputs) => {
  const a = required(node, inputs, 0);
  const b = required(node, inputs, 1);
  if (a.shape.length !== 2 || b.shape.length !== 2) {
    fail(node, `needs two matrices, not ${shapeText(a.shape)} and ${shapeText(b.shape)}`);
  }
  const transposeA = integer(node, "transA", 0) !== 0;
  const transposeB = integer(node, "transB", 0) !== 0;
  if (a.shape[transposeA ? 0 : 1] !== b.shape[transposeB ? 1 : 0]) {
    fail(node, `shapes ${shapeText(a.shape)} and ${shapeText(b.shape)} do not fit`);
  }
  return { shape: [a.shape[transposeA ? 1 : 0]!, b.shape[transposeB ? 0 : 1]!], type: a.type };
};

const einsum: Rule = (node, inputs) => {
  const operands = inputs.map((_, i) => required(node, inputs, i));
  if (operands.length === 0) fail(node, "no operand");
  const shapes = operands.map((operand) => operand.shape);
  return { shape: einsumShape(node, text(node, "equation", ""), shapes), type: operands[0]!.type };
};

const det: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  return { shape: x.shape.slice(0, -2), type: x.type };
};

export const matrixRules: RuleTable = {
  Det: det,
  Einsum: einsum,
  Gemm: gemm,
  MatMul: matMul,
  MatMulInteger: matMulInteger,
  QLinearMatMul: qLinearMatMul,
};
