/** Convolutions and pooling. Padding becomes `same` or `valid`, whichever gives the output's size. */
import { intAttribute, type WorkNode } from "../work-graph.js";
import {
  channelsFirst,
  count,
  fusedActivation,
  image,
  type KernelOf,
  type OperatorEntry,
  outputShape,
  shapeOf,
} from "./entry.js";

interface Window {
  h: number;
  w: number;
  kernelH: number;
  kernelW: number;
  strideH: number;
  strideW: number;
  dilation: number;
  padding: "same" | "valid";
}

/** A pair of an attribute of one value per spatial axis; images of one axis get 1 for the other. */
function pair(node: WorkNode, name: string, fallback: readonly number[]): [number, number] {
  const values = (node.attributes[name] as readonly number[] | undefined) ?? fallback;
  if (values.length === 1) return [1, values[0]!];
  return [values[0] ?? 1, values[1] ?? 1];
}

function windowOf(
  node: WorkNode,
  kernel: [number, number],
  plain: readonly number[],
  output: readonly number[],
): Window {
  const { h, w } = image(plain);
  const out = image(output);
  const [strideH, strideW] = pair(node, "strides", [1, 1]);
  const dilation = Math.max(...pair(node, "dilations", [1, 1]));
  const [kernelH, kernelW] = kernel;
  const rest = { kernelH, kernelW, strideH, strideW, dilation };
  if (out.h === Math.ceil(h / strideH) && out.w === Math.ceil(w / strideW)) return { h, w, ...rest, padding: "same" };
  const needs = (size: number, stride: number, length: number) => (size - 1) * stride + (length - 1) * dilation + 1;
  const fits = (size: number, from: number, stride: number, length: number) =>
    Math.floor((from - (length - 1) * dilation - 1) / stride) + 1 === size;
  return {
    // Where padding is neither: the input on which `valid` gives this output, so that the arithmetic counted is right.
    h: fits(out.h, h, strideH, kernelH) ? h : needs(out.h, strideH, kernelH),
    w: fits(out.w, w, strideW, kernelW) ? w : needs(out.w, strideW, kernelW),
    ...rest,
    padding: "valid",
  };
}

export const conv: OperatorEntry = (node) => {
  const input = channelsFirst(node, shapeOf(node, 0));
  const weight = shapeOf(node, 1);
  if (input.length > 4 || input.length < 3 || weight.length !== input.length) return undefined;
  const [cout, cinPerGroup] = weight as [number, number];
  const groups = intAttribute(node, "group", 1);
  const cin = input[1]!;
  const kernel: [number, number] = weight.length === 3 ? [1, weight[2]!] : [weight[2]!, weight[3]!];
  const { h, w, padding, ...window } = windowOf(node, kernel, input, channelsFirst(node, outputShape(node)));
  const tail = { padding, activation: fusedActivation(node), add: node.inputs[3] === undefined ? "none" : "add" };
  const batch = input[0]!;
  if (groups > 1 && cinPerGroup === 1 && groups === cin) {
    return { type: "dwconv-bn-relu", config: { batch, h, w, cin, multiplier: cout / groups, ...window, ...tail } };
  }
  return { type: "conv-bn-relu", config: { batch, h, w, cin, cout, ...window, groups, ...tail } };
};

export const convTranspose: OperatorEntry = (node) => {
  const input = shapeOf(node, 0);
  const weight = shapeOf(node, 1);
  if (input.length !== 4 || weight.length !== 4) return undefined;
  const [batch, cin, h, w] = input as [number, number, number, number];
  const groups = intAttribute(node, "group", 1);
  const [strideH, strideW] = pair(node, "strides", [1, 1]);
  const dilation = Math.max(...pair(node, "dilations", [1, 1]));
  const output = outputShape(node);
  const padding = output[2] === h * strideH && output[3] === w * strideW ? "same" : "valid";
  const window = { kernelH: weight[2]!, kernelW: weight[3]!, strideH, strideW, dilation };
  const config = {
    batch,
    h,
    w,
    cin,
    cout: weight[1]! * groups,
    ...window,
    groups,
    padding,
    activation: fusedActivation(node),
  };
  return { type: "conv-transpose", config };
};

function pool(type: "maxpool" | "avgpool"): OperatorEntry {
  return (node) => {
    const input = channelsFirst(node, shapeOf(node, 0));
    if (input.length > 4 || input.length < 3) return undefined;
    const { dilation: _dilation, ...window } = windowOf(
      node,
      pair(node, "kernel_shape", [1, 1]),
      input,
      channelsFirst(node, outputShape(node)),
    );
    const { h, w, padding, ...sizes } = window;
    return { type, config: { batch: input[0]!, h, w, cin: input[1]!, ...sizes, padding } };
  };
}

export const maxPool = pool("maxpool");
export const averagePool = pool("avgpool");

export const globalAveragePool: OperatorEntry = (node) => globalPool(channelsFirst(node, shapeOf(node, 0)));

function globalPool(shape: readonly number[]): KernelOf {
  const { batch, c, h, w } = image(shape);
  return { type: "global-avgpool", config: { batch, h, w, cin: c } };
}

export const globalMaxPool: OperatorEntry = (node) => {
  const shape = shapeOf(node, 0);
  return {
    type: "reduce",
    config: { operator: "max", outer: count(shape.slice(0, 2)), length: count(shape.slice(2)), inner: 1 },
  };
};

/** A pattern of the rule files: the image and the weights of the first of the two convolutions. */
export const squeezeExcite: OperatorEntry = (node) => {
  const { batch, c, h, w } = image(shapeOf(node, 0));
  const { activation, gate } = node.attributes as { activation: string; gate: string };
  return { type: "se", config: { batch, h, w, cin: c, squeeze: shapeOf(node, 1)[0]!, activation, gate } };
};
