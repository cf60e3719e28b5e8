/** Between real numbers and 8-bit integers. */
import { dataTypeOfCode } from "../data-types.js";
import { failUnsupported, integer, type Rule, type RuleTable, required } from "./rule.js";

/** The output type is the zero point's, or `output_dtype` (opset 21), or uint8. */
const quantizeLinear: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const code = integer(node, "output_dtype", 0);
  const type = inputs[2]?.type ?? (code === 0 ? "uint8" : dataTypeOfCode(code));
  return { shape: x.shape, type: type ?? failUnsupported(node, `element type ${code} of ONNX is not supported`) };
};

const dequantizeLinear: Rule = (node, inputs) => {
  const { shape, type, constant } = required(node, inputs, 0);
  const block = integer(node, "block_size", 0);
  const stored = constant ? { type, byNode: true, ...(block > 0 ? { block } : {}) } : undefined;
  return { shape, type: required(node, inputs, 1).type, stored };
};

const dynamicQuantizeLinear: Rule = (node, inputs) => [
  { shape: required(node, inputs, 0).shape, type: "uint8" },
  { shape: [], type: "float32" },
  { shape: [], type: "uint8" },
];

export const quantizationRules: RuleTable = {
  DequantizeLinear: dequantizeLinear,
  DynamicQuantizeLinear: dynamicQuantizeLinear,
  QuantizeLinear: quantizeLinear,
};
