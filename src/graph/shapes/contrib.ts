/**
 * Operators of ONNX Runtime's own domain "com.microsoft" that its optimised and quantized files contain.
 * Source: docs/ContribOperators.md of ONNX Runtime.
 */
import { broadcast } from "./broadcast.js";
import { convolutionRules } from "./convolution.js";
import { softmaxLike } from "./elementwise.js";
import { languageRules } from "./language.js";
import { matMulShape, matrixRules } from "./matrix.js";
import { normalizationRules } from "./normalization.js";
import { poolingRules } from "./pooling.js";
import { quantizationRules } from "./quantization.js";
import { type Inferred, integer, likeFirst, type Rule, type RuleTable, required } from "./rule.js";
import { selectionRules } from "./selection.js";

/** Inputs (A, A scale, A zero point, B, …), output typed like A. */
const qLinearBinary: Rule = (node, inputs) => {
  const a = required(node, inputs, 0);
  return { shape: broadcast(node, a.shape, required(node, inputs, 3).shape), type: a.type };
};

const fusedMatMul: Rule = (node, inputs) => {
  const a = required(node, inputs, 0);
  const b = required(node, inputs, 1);
  const turned = (shape: readonly number[], transpose: number) =>
    transpose === 0 ? shape : [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!];
  const left = turned(a.shape, integer(node, "transA", 0));
  return { shape: matMulShape(node, left, turned(b.shape, integer(node, "transB", 0))), type: a.type };
};

/** Inputs (A, B, A scale, B scale, …): a real product of quantized matrices. */
const matMulIntegerToFloat: Rule = (node, inputs) => ({
  shape: matMulShape(node, required(node, inputs, 0).shape, required(node, inputs, 1).shape),
  type: "float32",
});

const qGemm: Rule = (node, inputs) => {
  const a = required(node, inputs, 0);
  const b = required(node, inputs, 3);
  const rows = a.shape[integer(node, "transA", 0) ? 1 : 0]!;
  const columns = b.shape[integer(node, "transB", 0) ? 0 : 1]!;
  return { shape: [rows, columns], type: inputs[8]?.type ?? "float32" };
};

/** The rule for NCHW between two changes of order. */
const channelsLast =
  (rule: Rule): Rule =>
  (node, inputs, opset) => {
    const x = required(node, inputs, 0);
    const channelsFirst = { ...x, shape: [x.shape[0]!, x.shape.at(-1)!, ...x.shape.slice(1, -1)] };
    const output = rule(node, [channelsFirst, ...inputs.slice(1)], opset) as Inferred;
    const [batch, channels, ...spatial] = output.shape;
    return { shape: [batch!, ...spatial, channels!], type: output.type };
  };

/** ONNX Runtime also keeps images as NHWC, and says so in an attribute. */
const eitherLayout = (rule: Rule): Rule => {
  const last = channelsLast(rule);
  return (node, inputs, opset) => (integer(node, "channels_last", 0) === 0 ? rule : last)(node, inputs, opset);
};

const qLinearConcat: Rule = (node, inputs, opset) => {
  const parts = inputs.filter((_, i) => i >= 2 && (i - 2) % 3 === 0);
  return selectionRules.Concat!(node, parts, opset);
};

/** Dequantized sum and its normalisation; the sum is output 3. */
const skipNormalization: Rule = (node, inputs) => {
  const { shape, type } = required(node, inputs, 0);
  return node.outputs.map(() => ({ shape, type }));
};

/** Input, weights [in, 3·hidden], bias: output [batch, length, hidden]. */
const packedAttention: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const columns = required(node, inputs, 1).shape[1]!;
  return { shape: [x.shape[0]!, x.shape[1]!, columns / 3], type: x.type };
};

/** Inputs (words, segments, word table [vocabulary, width], …); outputs the normalised sum, a mask by row, the sum. */
const embedNormalization: Rule = (node, inputs) => {
  const [batch, length] = required(node, inputs, 0).shape;
  const table = required(node, inputs, 2);
  const sum: Inferred = { shape: [batch!, length!, table.shape[1]!], type: table.type };
  const outputs: Inferred[] = [sum, { shape: [batch!], type: "int32" }, sum];
  return outputs.slice(0, node.outputs.length);
};

export const contribRules: RuleTable = {
  ...languageRules,
  Attention: packedAttention,
  BiasGelu: likeFirst,
  BiasSoftmax: softmaxLike,
  DequantizeLinear: quantizationRules.DequantizeLinear!,
  DynamicQuantizeMatMul: matrixRules.MatMul!,
  EmbedLayerNormalization: embedNormalization,
  FastGelu: likeFirst,
  FusedConv: convolutionRules.Conv!,
  FusedGemm: matrixRules.Gemm!,
  FusedMatMul: fusedMatMul,
  Gelu: likeFirst,
  MatMulIntegerToFloat: matMulIntegerToFloat,
  NhwcMaxPool: channelsLast(poolingRules.MaxPool!),
  QGemm: qGemm,
  QLinearAdd: qLinearBinary,
  QLinearAveragePool: eitherLayout(poolingRules.AveragePool!),
  QLinearConcat: qLinearConcat,
  QLinearConv: eitherLayout(convolutionRules.QLinearConv!),
  QLinearGlobalAveragePool: eitherLayout(poolingRules.GlobalAveragePool!),
  QLinearLeakyRelu: likeFirst,
  QLinearMul: qLinearBinary,
  QLinearSigmoid: likeFirst,
  QLinearSoftmax: softmaxLike,
  QuantizeLinear: quantizationRules.QuantizeLinear!,
  QuickGelu: likeFirst,
  RotaryEmbedding: likeFirst,
  QAttention: packedAttention,
  SimplifiedLayerNormalization: normalizationRules.LayerNormalization!,
  SkipLayerNormalization: skipNormalization,
  SkipSimplifiedLayerNormalization: skipNormalization,
};
