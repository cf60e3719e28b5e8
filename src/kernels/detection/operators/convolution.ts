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
import { conv1d, conv3d, convTranspose1d } from "./others.js";

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

const ones = [1, 1] as const;

/** A pair of an attribute of one value per spatial axis; images of one axis get 1 for the other. */
function pair(node: WorkNode, name: string, fallback: readonly number[]): [number, number] {
  const values = (node.attributes[name] as readonly number[] | undefined) ?? fallback;
  if (values.length === 1) return [1, values[0]!];
  return [values[0] ?? 1, values[1] ?? 1];
}

function windowOf(
  node: WorkNode,
  kernelH: number,
  kernelW: number,
  plain: readonly number[],
  output: readonly number[],
): Window {
  const [h, w] = spatial(plain);
  const [outH, outW] = spatial(output);
  const [strideH, strideW] = pair(node, "strides", ones);
  const [dilationH, dilationW] = pair(node, "dilations", ones);
  const dilation = Math.max(dilationH, dilationW);
  if (outH === Math.ceil(h / strideH) && outW === Math.ceil(w / strideW)) {
    return { h, w, kernelH, kernelW, strideH, strideW, dilation, padding: "same" };
  }
  return {
    h: validInput(h, outH, strideH, (kernelH - 1) * dilation),
    w: validInput(w, outW, strideW, (kernelW - 1) * dilation),
    kernelH,
    kernelW,
    strideH,
    strideW,
    dilation,
    padding: "valid",
  };
}

/** Height and width; images of one axis are rows. */
const spatial = (shape: readonly number[]): [number, number] =>
  shape.length === 4 ? [shape[2]!, shape[3]!] : [1, shape[2]!];

/**
 * The size on which `valid` gives this output. The true one, unless padding is neither `same` nor `valid`: then the one
 * with which the arithmetic counted is right.
 */
function validInput(size: number, output: number, stride: number, span: number): number {
  return Math.floor((size - span - 1) / stride) + 1 === output ? size : (output - 1) * stride + span + 1;
}

export const conv: OperatorEntry = (node, opset) => {
  const input = channelsFirst(node, shapeOf(node, 0));
  const weight = shapeOf(node, 1);
  if (weight.length !== input.length) return undefined;
  if (input.length === 3) return conv1d(node, opset);
  if (input.length === 5) return conv3d(node, opset);
  if (input.length !== 4) return undefined;
  const [cout, cinPerGroup] = weight as [number, number];
  const groups = intAttribute(node, "group", 1);
  const [batch, cin] = input as [number, number];
  const [kernelH, kernelW] = spatial(weight);
  const window = windowOf(node, kernelH, kernelW, input, channelsFirst(node, outputShape(node)));
  const { h, w, strideH, strideW, dilation, padding } = window;
  const activation = fusedActivation(node);
  const add = node.inputs[3] === undefined ? "none" : "add";
  if (groups > 1 && cinPerGroup === 1 && groups === cin) {
    const multiplier = cout / groups;
    const config = {
      batch,
      h,
      w,
      cin,
      multiplier,
      kernelH,
      kernelW,
      strideH,
      strideW,
      dilation,
      padding,
      activation,
      add,
    };
    return { type: "dwconv-bn-relu", config };
  }
  const config = {
    batch,
    h,
    w,
    cin,
    cout,
    kernelH,
    kernelW,
    strideH,
    strideW,
    dilation,
    groups,
    padding,
    activation,
    add,
  };
  return { type: "conv-bn-relu", config };
};

export const convTranspose: OperatorEntry = (node, opset) => {
  const input = shapeOf(node, 0);
  const weight = shapeOf(node, 1);
  if (input.length === 3 && weight.length === 3) return convTranspose1d(node, opset);
  if (input.length !== 4 || weight.length !== 4) return undefined;
  const [batch, cin, h, w] = input as [number, number, number, number];
  const groups = intAttribute(node, "group", 1);
  const [strideH, strideW] = pair(node, "strides", ones);
  const dilation = Math.max(...pair(node, "dilations", ones));
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
    // Where the place of each maximum is wanted too, plain loops do it.
    if (input.length > 4 || input.length < 3 || node.outputs.length > 1) return undefined;
    const [kernelH, kernelW] = pair(node, "kernel_shape", ones);
    const window = windowOf(node, kernelH, kernelW, input, channelsFirst(node, outputShape(node)));
    const { h, w, strideH, strideW, padding } = window;
    return { type, config: { batch: input[0]!, h, w, cin: input[1]!, kernelH, kernelW, strideH, strideW, padding } };
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
    config: {
      operator: "max",
      outer: count(shape.slice(0, 2)),
      length: count(shape.slice(2)),
      inner: 1,
      trailing: "none",
    },
  };
};

/** A pattern of the rule files: the image and the weights of the first of the two convolutions. */
export const squeezeExcite: OperatorEntry = (node) => {
  const { batch, c, h, w } = image(shapeOf(node, 0));
  const { activation, gate } = node.attributes as { activation: string; gate: string };
  return { type: "se", config: { batch, h, w, cin: c, squeeze: shapeOf(node, 1)[0]!, activation, gate } };
};
