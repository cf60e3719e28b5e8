/** Convolutions and pools. */
import type { GraphNode } from "../../../graph/index.js";
import { unsupported } from "../../operands.js";
import { activationParams } from "../activations.js";
import type { Lowering } from "../lowering.js";
import type { Params, Weight } from "../network.js";
import { inputScale, quantized } from "../quantization.js";
import { numbersOf, type OperatorTable } from "./common.js";

/** Images have three axes in ncnn, whatever was left away. */
function image(l: Lowering, node: GraphNode): string {
  const [x] = node.inputs as [string];
  const shape = l.shape(x);
  if (shape.length !== 4 || shape[0] !== 1) unsupported(node, "of other than one image has no ncnn form");
  return l.read(x);
}

function padding(node: GraphNode): readonly number[] {
  if ((node.attributes.auto_pad ?? "NOTSET") !== "NOTSET") unsupported(node, "with auto_pad has no ncnn form");
  return numbersOf(node.attributes.pads, [0, 0, 0, 0]);
}

/** How a convolution's window slides, in either direction. */
function windowParams(node: GraphNode, kernelH: number, kernelW: number): Params {
  const [strideH, strideW] = numbersOf(node.attributes.strides, [1, 1]);
  const [dilationH, dilationW] = numbersOf(node.attributes.dilations, [1, 1]);
  const [top, left, bottom, right] = padding(node);
  const across = { 1: kernelW, 2: dilationW!, 3: strideW!, 4: left!, 15: right! };
  return { ...across, 11: kernelH, 12: dilationH!, 13: strideH!, 14: top!, 16: bottom! };
}

function conv(l: Lowering, node: GraphNode): void {
  const [, weightName, bias] = node.inputs as [string, string, string | undefined];
  const [cout, perGroup, kernelH, kernelW] = l.shape(weightName) as [number, number, number, number];
  const groups = Number(node.attributes.group ?? 1);
  const values = l.floats(weightName);
  const offsets: Weight[] = bias ? [{ values: l.floats(bias), tagged: false }] : [];
  const isDepthwise = groups === cout && perGroup === 1;
  // ncnn returns NaN for grouped int8 convolutions that are not depthwise (1.0.20261020).
  if (l.int8 && groups > 1 && !isDepthwise) unsupported(node, "with groups has no int8 form in ncnn");
  const int8 = l.int8 ? int8Weights(values, cout) : undefined;
  const params: Params = {
    0: cout,
    ...windowParams(node, kernelH, kernelW),
    5: bias ? 1 : 0,
    6: values.length,
    ...(groups > 1 ? { 7: groups } : {}),
    ...(int8 ? { 8: 1 } : {}),
    ...activationParams(node),
  };
  const data: Weight[] = int8 ? [int8.weights, ...offsets, ...int8.scales] : [{ values, tagged: true }, ...offsets];
  const type = groups > 1 ? "ConvolutionDepthWise" : "Convolution";
  l.emit(type, [image(l, node)], [l.define(node.outputs[0]!)], params, data);
}

function int8Weights(values: Float32Array, cout: number) {
  const { weights, scales } = quantized(values, cout);
  return {
    weights,
    scales: [
      { values: scales, tagged: false },
      { values: Float32Array.of(inputScale), tagged: false },
    ] satisfies Weight[],
  };
}

function convTranspose(l: Lowering, node: GraphNode): void {
  const [, weightName, bias] = node.inputs as [string, string, string | undefined];
  const [cin, perGroup, kernelH, kernelW] = l.shape(weightName) as [number, number, number, number];
  const groups = Number(node.attributes.group ?? 1);
  const [extraH, extraW] = numbersOf(node.attributes.output_padding, [0, 0]);
  const values = outputsFirst(l.floats(weightName), groups, cin / groups, perGroup, kernelH * kernelW);
  const params: Params = {
    0: perGroup * groups,
    ...windowParams(node, kernelH, kernelW),
    18: extraW!,
    19: extraH!,
    5: bias ? 1 : 0,
    6: values.length,
    ...(groups > 1 ? { 7: groups } : {}),
    ...activationParams(node),
  };
  const data: Weight[] = [{ values, tagged: true }];
  if (bias) data.push({ values: l.floats(bias), tagged: false });
  const type = groups > 1 ? "DeconvolutionDepthWise" : "Deconvolution";
  l.emit(type, [image(l, node)], [l.define(node.outputs[0]!)], params, data);
}

/** [group, in, out, kernel] → [group, out, in, kernel]. */
function outputsFirst(values: Float32Array, groups: number, cin: number, cout: number, kernel: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let g = 0; g < groups; g++)
    for (let i = 0; i < cin; i++)
      for (let o = 0; o < cout; o++) {
        const from = ((g * cin + i) * cout + o) * kernel;
        out.set(values.subarray(from, from + kernel), ((g * cout + o) * cin + i) * kernel);
      }
  return out;
}

function pool(l: Lowering, node: GraphNode): void {
  const [kernelH, kernelW] = numbersOf(node.attributes.kernel_shape, [1, 1]);
  const [strideH = 1, strideW = 1] = numbersOf(node.attributes.strides, [1, 1]);
  const [top, left, bottom, right] = padding(node);
  l.emit("Pooling", [image(l, node)], [l.define(node.outputs[0]!)], {
    0: node.operator === "MaxPool" ? 0 : 1,
    1: kernelW!,
    11: kernelH!,
    2: strideW!,
    12: strideH!,
    3: left!,
    14: right!,
    13: top!,
    15: bottom!,
    5: Number(node.attributes.ceil_mode ?? 0) === 0 ? 1 : 0,
    6: Number(node.attributes.count_include_pad ?? 0),
  });
}

/** Global pooling returns a vector; what follows expects an image of one pixel. */
function globalPool(l: Lowering, node: GraphNode): void {
  const vector = l.temporary();
  const output = node.outputs[0]!;
  l.emit("Pooling", [image(l, node)], [vector], { 0: node.operator === "GlobalMaxPool" ? 0 : 1, 4: 1 });
  l.reshaped(vector, l.axes(output).sizes, l.define(output));
}

export const windows: OperatorTable = {
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: pool,
  AveragePool: pool,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
};
