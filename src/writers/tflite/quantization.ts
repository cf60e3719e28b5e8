/**
 * int8 the way TensorFlow's converter does it: activations int8 with one scale, weights symmetric with a scale for each
 * output channel, biases int32. Ranges are fixed by what produces a tensor, as there is no data to calibrate with; the
 * seeded weights keep activations near 1.
 */
import type { Graph, GraphNode } from "../../graph/index.js";
import { clipBounds, fusedActivation } from "../fuse.js";
import type { Quantization } from "./model-builder.js";

const range = (low: number, high: number): Quantization => {
  const scale = (high - low) / 255;
  return { scale: [scale], zeroPoint: [Math.round(-128 - low / scale)] };
};
/** About four standard deviations of activations near 1. */
const signed = range(-4, 4);
const positive = range(0, 6);
/** Outputs that the kernels demand exactly this scale for (tensorflow/lite/kernels/activations.cc). */
const probability: Quantization = { scale: [1 / 256], zeroPoint: [-128] };
const symmetricUnit: Quantization = { scale: [1 / 128], zeroPoint: [0] };

/** Operators whose result has the scale of their input: they move or pick elements. */
const keepScale = new Set([
  "MaxPool",
  "AveragePool",
  "Reshape",
  "Flatten",
  "Squeeze",
  "Unsqueeze",
  "Transpose",
  "Slice",
  "Split",
  "Gather",
  "Pad",
  "Resize",
  "DepthToSpace",
  "SpaceToDepth",
  "Expand",
  "Identity",
  "Dropout",
]);

/** Scales of run-time tensors by name, for a graph in which every operator that can be runs on int8. */
export function planScales(graph: Graph): (name: string) => Quantization {
  const scales = new Map<string, Quantization>();
  for (const node of graph.nodes) {
    const source = scales.get(node.inputs[0] ?? "") ?? signed;
    const kept = keepScale.has(node.operator) ? source : outputScale(graph, node);
    for (const output of node.outputs) scales.set(output, kept);
  }
  return (name) => scales.get(name) ?? signed;
}

function outputScale(graph: Graph, node: GraphNode): Quantization {
  const activation = node.attributes[fusedActivation];
  if (activation === "RELU" || activation === "RELU6") return positive;
  switch (node.operator) {
    case "Relu":
      return positive;
    case "Clip":
      return clipBounds(graph, node)[0] === 0 ? positive : signed;
    case "Sigmoid":
    case "Softmax":
      return probability;
    case "Tanh":
      return symmetricUnit;
    default:
      return signed;
  }
}

/** Float weights to int8, one symmetric scale for each slice along `axis`. */
export function quantizeWeights(
  values: Float32Array,
  shape: readonly number[],
  axis: number,
): { data: Int8Array; quantization: Quantization } {
  const channels = shape[axis]!;
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const largest = new Float32Array(channels).fill(1e-6);
  // Slice by slice: 25 million weights are no place for a callback or a division each.
  const visitSlices = (visit: (channel: number, from: number, to: number) => void) => {
    for (let from = 0, channel = 0; from < values.length; from += inner, channel = (channel + 1) % channels)
      visit(channel, from, from + inner);
  };
  visitSlices((channel, from, to) => {
    let most = largest[channel]!;
    for (let i = from; i < to; i++) most = Math.max(most, Math.abs(values[i]!));
    largest[channel] = most;
  });
  const data = new Int8Array(values.length);
  visitSlices((channel, from, to) => {
    const factor = 127 / largest[channel]!;
    for (let i = from; i < to; i++) data[i] = Math.round(values[i]! * factor);
  });
  return {
    data,
    quantization: {
      scale: Array.from(largest, (value) => value / 127),
      zeroPoint: largest.length === 0 ? [] : new Array<number>(channels).fill(0),
      axis,
    },
  };
}

/** Biases in the scale of the products that they are added to. */
export function quantizeBias(
  values: Float32Array,
  input: Quantization,
  weights: Quantization,
): { data: Int32Array; quantization: Quantization } {
  const scale = weights.scale.map((weight) => weight * input.scale[0]!);
  const scaleOf = (i: number) => scale[scale.length === 1 ? 0 : i]!;
  return {
    data: Int32Array.from(values, (value, i) => Math.round(value / scaleOf(i))),
    quantization: { scale, zeroPoint: scale.map(() => 0), axis: 0 },
  };
}

/** A constant operand of a sum or product: one scale. */
export function quantizeOperand(values: Float32Array): { data: Int8Array; quantization: Quantization } {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  const scale = largest / 127;
  return {
    data: Int8Array.from(values, (value) => Math.round(value / scale)),
    quantization: { scale: [scale], zeroPoint: [0] },
  };
}
