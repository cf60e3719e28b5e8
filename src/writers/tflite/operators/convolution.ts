/** Convolutions. Weights: OIHW in the graph, OHWI in the file, 1HW(I·multiplier) for depthwise ones. */
import { type GraphNode, nhwc, permuteValues } from "../../../graph/index.js";
import { unsupported } from "../../operands.js";
import type { Lowering } from "../lowering.js";
import { quantizeBias, quantizeWeights } from "../quantization.js";
import { activationCode, type OperatorTable, padded, windowOf } from "./common.js";

const ohwi = [0, 2, 3, 1];
const ihwo = [1, 2, 3, 0];

function conv(l: Lowering, node: GraphNode): void {
  const [x, weights] = node.inputs as [string, string];
  const [, cin] = l.shape(x) as [number, number];
  const [cout, perGroup] = l.shape(weights) as [number, number];
  const groups = Number(node.attributes.group ?? 1);
  const isDepthwise = groups > 1 && groups === cin && perGroup === 1;
  const window = windowOf(l, node, l.shape(weights).slice(2));
  const { input, padding } = padded(l, node, window, { scaled: true });
  const perm = isDepthwise ? ihwo : ohwi;
  const inputs = [input, ...parameters(l, node, perm, isDepthwise ? 3 : 0)];
  const common = {
    padding,
    strideH: window.strides[0],
    strideW: window.strides[1],
    dilationHFactor: window.dilations[0],
    dilationWFactor: window.dilations[1],
    fusedActivationFunction: activationCode(node),
  };
  const output = l.define(node.outputs[0]!, nhwc, l.isInt8 ? "int8" : "float32");
  if (isDepthwise)
    l.emit("DEPTHWISE_CONV_2D", inputs, [output], {
      table: "DepthwiseConv2DOptions",
      depthMultiplier: cout / cin,
      ...common,
    });
  else l.emit("CONV_2D", inputs, [output], { table: "Conv2DOptions", ...common });
}

/** Weights in the order `perm` and the bias, zeros where the graph has none: every engine version takes three inputs. */
function parameters(l: Lowering, node: GraphNode, perm: readonly number[], channelAxis: number): number[] {
  const [x, weights, bias] = node.inputs as [string, string, string | undefined];
  const sizes = l.shape(weights);
  const values = permuteValues(l.floats(weights), sizes, perm);
  const stored = perm.map((axis) => sizes[axis]!);
  const channels = stored[channelAxis]!;
  const offsets = bias ? l.floats(bias) : new Float32Array(channels);
  const biasName = bias || `${node.name}/bias`;
  if (!l.isInt8) return [l.constantOf(weights, stored, values), l.constantOf(biasName, [channels], offsets)];
  const quantized = quantizeWeights(values, stored, channelAxis);
  const shifted = quantizeBias(offsets, l.scaleOf(x)!, quantized.quantization);
  return [
    l.constantTensor({ name: weights, shape: stored, type: "int8", ...quantized }),
    l.constantTensor({ name: biasName, shape: [channels], type: "int32", ...shifted }),
  ];
}

function convTranspose(l: Lowering, node: GraphNode): void {
  const [x, weights, bias] = node.inputs as [string, string, string | undefined];
  if (Number(node.attributes.group ?? 1) !== 1) unsupported(node, "with groups has no .tflite form");
  const window = windowOf(l, node, l.shape(weights).slice(2));
  if (window.dilations.some((dilation) => dilation !== 1)) unsupported(node, "with dilation has no .tflite form");
  const result = l.shape(node.outputs[0]!);
  const isSame = window.strides.every((stride, i) => result[2 + i] === stride * l.shape(x)[2 + i]!);
  if (!isSame && window.pads.some((pad) => pad !== 0)) unsupported(node, "with this padding has no .tflite form");
  const sizes = l.integers([result[0]!, result[2]!, result[3]!, result[1]!]);
  const inputs = [sizes, l.constant(weights, ihwo), l.read(x, nhwc)];
  const options = {
    table: "TransposeConvOptions",
    padding: isSame ? 0 : 1,
    strideH: window.strides[0]!,
    strideW: window.strides[1]!,
  } as const;
  const output = l.define(node.outputs[0]!, nhwc);
  if (!bias) {
    l.emit("TRANSPOSE_CONV", inputs, [output], options);
    return;
  }
  // The bias input came with a later version of the operator.
  const product = l.temporary([result[0]!, result[2]!, result[3]!, result[1]!]);
  l.emit("TRANSPOSE_CONV", inputs, [product], options);
  l.emit("ADD", [product, l.constant(bias)], [output], { table: "AddOptions" });
}

export const convolutions: OperatorTable = { Conv: conv, ConvTranspose: convTranspose };
