/** Products of matrices; normalisation and softmax, which work on rows too. */
import { intAttribute, type WorkNode } from "../work-graph.js";
import {
  around,
  count,
  fusedActivation,
  image,
  type KernelOf,
  normalAxis,
  type OperatorEntry,
  outputShape,
  shapeOf,
} from "./entry.js";

/** MatMul, FusedMatMul and Gemm: `fc` where one operand is a constant matrix, else `matmul`. */
export const product: OperatorEntry = (node): KernelOf | undefined => {
  const left = shapeOf(node, 0);
  const right = shapeOf(node, 1);
  const output = outputShape(node);
  if (left.length === 0 || right.length === 0) return undefined;
  const depth = left[depthAxis(node, left.length)]!;
  const weights = node.inputs[1]!.constant && right.length === 2;
  if (weights) {
    const cout = right[intAttribute(node, "transB", 0) === 1 ? 0 : 1]!;
    const bias = node.operator === "Gemm" && node.inputs[2] !== undefined ? "yes" : "no";
    const rows = count(output) / cout;
    return { type: "fc", config: { rows, cin: depth, cout, bias, activation: fusedActivation(node) } };
  }
  const n = right.length === 1 ? 1 : output.at(-1)!;
  const m =
    left.length === 1
      ? 1
      : right.length === 2
        ? count(output) / n
        : output[output.length - (right.length === 1 ? 1 : 2)]!;
  return { type: "matmul", config: { batch: count(output) / (m * n), m, k: depth, n } };
};

/** The axis of the left operand that is summed over. */
function depthAxis(node: WorkNode, rank: number): number {
  if (rank === 1 || intAttribute(node, "transA", 0) === 0) return rank - 1;
  return intAttribute(node, "transBatchA", 0) === 1 ? 0 : rank - 2;
}

export const softmax: OperatorEntry = (node, opset) => {
  const shape = shapeOf(node, 0);
  const operator = node.operator === "LogSoftmax" ? "log-softmax" : "softmax";
  if (opset < 13) {
    const axis = normalAxis(intAttribute(node, "axis", 1), shape.length);
    return {
      type: "softmax",
      config: { rows: count(shape.slice(0, axis)), columns: count(shape.slice(axis)), inner: 1, operator },
    };
  }
  const { outer, length, inner } = around(shape, normalAxis(intAttribute(node, "axis", -1), shape.length));
  return { type: "softmax", config: { rows: outer, columns: length, inner, operator } };
};

function rowsFrom(node: WorkNode, fallback: number): { rows: number; columns: number } {
  const shape = shapeOf(node, 0);
  const axis = normalAxis(intAttribute(node, "axis", fallback), shape.length);
  return { rows: count(shape.slice(0, axis)), columns: count(shape.slice(axis)) };
}

export const layerNorm: OperatorEntry = (node) => ({
  type: "layernorm",
  config: { ...rowsFrom(node, -1), form: "layer" },
});
export const rmsNorm: OperatorEntry = (node) => ({ type: "layernorm", config: { ...rowsFrom(node, -1), form: "rms" } });
export const skipLayerNorm =
  (form: "layer" | "rms"): OperatorEntry =>
  (node) => ({ type: "skip-layernorm", config: { ...rowsFrom(node, -1), form } });

export const batchNorm: OperatorEntry = (node) => ({ type: "batchnorm", config: image(shapeOf(node, 0)) });

/** An image; one long spatial axis is folded into rows of about its square root. */
function foldedImage(shape: readonly number[]) {
  const size = image(shape);
  if (size.h > 1) return size;
  let rows = Math.max(1, Math.floor(Math.sqrt(size.w)));
  while (rows > 1 && size.w % rows !== 0) rows--;
  return { ...size, h: rows, w: size.w / rows };
}

export const instanceNorm: OperatorEntry = (node) => {
  const size = foldedImage(shapeOf(node, 0));
  return { type: "group-norm", config: { ...size, groups: size.c } };
};

export const groupNorm: OperatorEntry = (node) => {
  const size = foldedImage(shapeOf(node, 0));
  return { type: "group-norm", config: { ...size, groups: intAttribute(node, "num_groups", 1) } };
};

/** A pattern of the rule files: softmax(q · k) · v, masked or not. */
export const attention: OperatorEntry = (node) => {
  const [q, k, v] = [shapeOf(node, 0), shapeOf(node, 1), shapeOf(node, 2)];
  if (q.length < 2 || k.length < 2 || v.length < 2) return undefined;
  const heads = q.length > 2 ? q[q.length - 3]! : 1;
  const batch = Math.max(1, count(q.slice(0, -3)));
  const config = { batch, heads, queries: q.at(-2)!, keys: k.at(-1)!, headDim: q.at(-1)!, valueDim: v.at(-1)! };
  return { type: "attention", config: { ...config, mask: node.inputs[3] === undefined ? "none" : "add" } };
};
