/** Pooling over windows and over whole images. */
import { fail, integers, type Rule, type RuleTable, required, shapeText } from "./rule.js";
import { checkList, windowCount, windowsOf } from "./windows.js";

const pool: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const rank = x.shape.length - 2;
  const kernel = integers(node, "kernel_shape");
  if (kernel === undefined) fail(node, "kernel_shape is missing");
  if (rank < 1) fail(node, `the input ${shapeText(x.shape)} has no spatial axis`);
  checkList(node, "kernel_shape", kernel, rank, 1);
  const windows = windowsOf(node, rank);
  const shape = new Array<number>(rank + 2);
  shape[0] = x.shape[0]!;
  shape[1] = x.shape[1]!;
  for (let i = 0; i < rank; i++) shape[i + 2] = windowCount(node, windows, i, rank, x.shape[i + 2]!, kernel[i]!);
  if (node.outputs.length < 2) return { shape, type: x.type };
  return [
    { shape, type: x.type },
    { shape, type: "int64" },
  ];
};

const globalPool: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  if (x.shape.length < 3) fail(node, `the input ${shapeText(x.shape)} has no spatial axis`);
  return { shape: x.shape.map((size, i) => (i < 2 ? size : 1)), type: x.type };
};

const roiAlign: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const rois = required(node, inputs, 1);
  const height = node.attributes.output_height ?? 1;
  const width = node.attributes.output_width ?? 1;
  return { shape: [rois.shape[0]!, x.shape[1]!, Number(height), Number(width)], type: x.type };
};

export const poolingRules: RuleTable = {
  AveragePool: pool,
  GlobalAveragePool: globalPool,
  GlobalLpPool: globalPool,
  GlobalMaxPool: globalPool,
  LpPool: pool,
  MaxPool: pool,
  MaxRoiPool: (node, inputs) => {
    const x = required(node, inputs, 0);
    const [height, width] = integers(node, "pooled_shape") ?? fail(node, "pooled_shape is missing");
    return { shape: [required(node, inputs, 1).shape[0]!, x.shape[1]!, height!, width!], type: x.type };
  },
  RoiAlign: roiAlign,
};
