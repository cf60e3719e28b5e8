/** Convolutions, plain, transposed, and quantized. */
import type { GraphNode, Tensor } from "../graph.js";
import { fail, integer, integers, type Rule, type RuleTable, required, shapeText } from "./rule.js";
import { checkList, windowCount, windowsOf } from "./windows.js";

function convolvedShape(node: GraphNode, x: Tensor, w: Tensor): number[] {
  const rank = x.shape.length - 2;
  if (rank < 1) fail(node, `the input ${shapeText(x.shape)} has no spatial axis`);
  if (w.shape.length !== x.shape.length) {
    fail(node, `input ${shapeText(x.shape)} and weight ${shapeText(w.shape)} differ in rank`);
  }
  const groups = integer(node, "group", 1);
  if (!(groups >= 1) || x.shape[1] !== w.shape[1]! * groups || w.shape[0]! % groups !== 0) {
    fail(node, `${x.shape[1]} channels and ${groups} groups do not fit the weight ${shapeText(w.shape)}`);
  }
  const windows = windowsOf(node, rank);
  checkList(node, "kernel_shape", integers(node, "kernel_shape"), rank, 1);
  const shape = new Array<number>(rank + 2);
  shape[0] = x.shape[0]!;
  shape[1] = w.shape[0]!;
  for (let i = 0; i < rank; i++) shape[i + 2] = windowCount(node, windows, i, rank, x.shape[i + 2]!, w.shape[i + 2]!);
  return shape;
}

const conv: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  return { shape: convolvedShape(node, x, required(node, inputs, 1)), type: x.type };
};

const convInteger: Rule = (node, inputs) => ({
  shape: convolvedShape(node, required(node, inputs, 0), required(node, inputs, 1)),
  type: "int32",
});

const qLinearConv: Rule = (node, inputs) => ({
  shape: convolvedShape(node, required(node, inputs, 0), required(node, inputs, 3)),
  type: required(node, inputs, 7).type,
});

const convTranspose: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const w = required(node, inputs, 1);
  const rank = x.shape.length - 2;
  if (rank < 1 || w.shape.length !== x.shape.length || x.shape[1] !== w.shape[0]) {
    fail(node, `input ${shapeText(x.shape)} does not fit the weight ${shapeText(w.shape)}`);
  }
  const { strides, dilations, pads, autoPad } = windowsOf(node, rank);
  const outputShape = integers(node, "output_shape");
  const extra = integers(node, "output_padding");
  const spatial = Array.from({ length: rank }, (_, i) => {
    const given = outputShape?.[outputShape.length - rank + i];
    if (given !== undefined) return given;
    const stride = strides?.[i] ?? 1;
    if (autoPad === "SAME_UPPER" || autoPad === "SAME_LOWER") return x.shape[i + 2]! * stride;
    const padding = autoPad === "VALID" ? 0 : (pads?.[i] ?? 0) + (pads?.[i + rank] ?? 0);
    const extent = (w.shape[i + 2]! - 1) * (dilations?.[i] ?? 1) + 1;
    return stride * (x.shape[i + 2]! - 1) + (extra?.[i] ?? 0) + extent - padding;
  });
  return { shape: [x.shape[0]!, w.shape[1]! * integer(node, "group", 1), ...spatial], type: x.type };
};

const deformConv: Rule = conv;

export const convolutionRules: RuleTable = {
  Conv: conv,
  ConvInteger: convInteger,
  ConvTranspose: convTranspose,
  DeformConv: deformConv,
  QLinearConv: qLinearConv,
};
