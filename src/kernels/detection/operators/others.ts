/** Operators outside images of floats: sequences, volumes, language models, 8-bit integers. */
import { coordinates } from "../../types/resampling.js";
import { intAttribute, type WorkNode } from "../work-graph.js";
import {
  channelsFirst,
  count,
  fusedActivation,
  type KernelOf,
  type OperatorEntry,
  outputShape,
  shapeOf,
} from "./entry.js";
import { signsOf } from "./precision.js";

const listOf = (node: WorkNode, name: string, axis: number): number =>
  (node.attributes[name] as readonly number[] | undefined)?.[axis] ?? 1;

/** `same` where that gives the output, else `valid` on the size with which the arithmetic counted is right. */
function windowAlong(node: WorkNode, axis: number, size: number, kernel: number, output: number) {
  const [stride, dilation] = [listOf(node, "strides", axis), listOf(node, "dilations", axis)];
  if (output === Math.ceil(size / stride)) return { size, stride, dilation, same: true };
  return { size: (output - 1) * stride + (kernel - 1) * dilation + 1, stride, dilation, same: false };
}

export const conv1d: OperatorEntry = (node) => {
  const [batch, cin, length] = shapeOf(node, 0) as [number, number, number];
  const [cout, , kernel] = shapeOf(node, 1) as [number, number, number];
  const { size, stride, dilation, same } = windowAlong(node, 0, length, kernel, outputShape(node)[2]!);
  const groups = intAttribute(node, "group", 1);
  const window = { kernel, stride, dilation, groups, padding: same ? "same" : "valid" };
  return { type: "conv-1d", config: { batch, length: size, cin, cout, ...window, activation: fusedActivation(node) } };
};

export const convTranspose1d: OperatorEntry = (node) => {
  const [batch, cin, length] = shapeOf(node, 0) as [number, number, number];
  const [, perGroup, kernel] = shapeOf(node, 1) as [number, number, number];
  const [stride, dilation] = [listOf(node, "strides", 0), listOf(node, "dilations", 0)];
  const groups = intAttribute(node, "group", 1);
  const padding = outputShape(node)[2] === length * stride ? "same" : "valid";
  const window = { kernel, stride, dilation, groups, padding, activation: fusedActivation(node) };
  return { type: "conv-transpose-1d", config: { batch, length, cin, cout: perGroup * groups, ...window } };
};

export const conv3d: OperatorEntry = (node) => {
  const [batch, cin, ...sizes] = shapeOf(node, 0) as [number, number, ...number[]];
  const [cout, , ...kernels] = shapeOf(node, 1) as [number, number, ...number[]];
  const output = outputShape(node).slice(2);
  let windows = sizes.map((size, i) => windowAlong(node, i, size, kernels[i]!, output[i]!));
  const same = windows.every((window) => window.same);
  // One axis that is not `same` makes all `valid`.
  if (!same)
    windows = windows.map(({ stride, dilation }, i) => ({
      size: (output[i]! - 1) * stride + (kernels[i]! - 1) * dilation + 1,
      stride,
      dilation,
      same,
    }));
  const [depth, height, width] = windows as [(typeof windows)[0], (typeof windows)[0], (typeof windows)[0]];
  const config = {
    batch,
    d: depth.size,
    h: height.size,
    w: width.size,
    cin,
    cout,
    kernelD: kernels[0]!,
    kernelH: kernels[1]!,
    kernelW: kernels[2]!,
    strideD: depth.stride,
    strideH: height.stride,
    strideW: width.stride,
    dilation: Math.max(depth.dilation, height.dilation, width.dilation),
    groups: intAttribute(node, "group", 1),
    padding: same ? "same" : "valid",
    activation: fusedActivation(node),
  };
  return { type: "conv-3d", config };
};

export const recurrent =
  (cell: string): OperatorEntry =>
  (node) => {
    const [first, second, input] = shapeOf(node, 0) as [number, number, number];
    const [steps, batch] = intAttribute(node, "layout", 0) === 1 ? [second, first] : [first, second];
    const [directions, , hidden] = shapeOf(node, 2) as [number, number, number];
    return { type: "recurrent", config: { cell, steps, batch, input, hidden, directions } };
  };

/** Queries of `num_heads` heads; keys and values may be packed with them, have fewer heads, and a cache of before. */
export const groupQueryAttention: OperatorEntry = (node) => {
  const [batch, queries, columns] = shapeOf(node, 0) as [number, number, number];
  const heads = intAttribute(node, "num_heads", 1);
  const kvHeads = intAttribute(node, "kv_num_heads", heads);
  const headDim = Math.floor(columns / (node.inputs[1] === undefined ? heads + 2 * kvHeads : heads));
  const past = shapeOf(node, 3)[2] ?? 0;
  return cached("group-query", { batch, heads, kvHeads, queries, past, headDim });
};

export const multiHeadAttention: OperatorEntry = (node) => {
  const [batch, queries, columns] = shapeOf(node, 0) as [number, number, number];
  const heads = intAttribute(node, "num_heads", 1);
  const past = (shapeOf(node, 6)[2] ?? 0) + Math.max(0, (shapeOf(node, 1)[1] ?? queries) - queries);
  return cached("multi-head", { batch, heads, kvHeads: heads, queries, past, headDim: Math.floor(columns / heads) });
};

/** ONNX's own Attention (opset 23): heads apart, or packed into the last axis. */
export const onnxAttention: OperatorEntry = (node) => {
  if (node.domain === "com.microsoft") return projectedAttention(node, 0);
  const [q, k] = [shapeOf(node, 0), shapeOf(node, 1)];
  const apart = q.length === 4;
  const heads = apart ? q[1]! : intAttribute(node, "q_num_heads", 1);
  const kvHeads = apart ? k[1]! : intAttribute(node, "kv_num_heads", heads);
  const [queries, keys] = apart ? [q[2]!, k[2]!] : [q[1]!, k[1]!];
  const headDim = apart ? q[3]! : q[2]! / heads;
  const past = (shapeOf(node, 4)[2] ?? 0) + Math.max(0, keys - queries);
  return cached(kvHeads === heads ? "multi-head" : "group-query", {
    batch: q[0]!,
    heads,
    kvHeads,
    queries,
    past,
    headDim,
  });
};

function cached(form: string, config: Readonly<Record<string, number>>): KernelOf | undefined {
  const fits = Number.isInteger(config.headDim) && config.headDim! % 8 === 0;
  return fits ? { type: "attention-cached", config: { form, ...config } } : undefined;
}

/** com.microsoft.Attention: input, weights [in, 3·hidden]. */
const projectedAttention: OperatorEntry = (node) => {
  const [batch, tokens, input] = shapeOf(node, 0) as [number, number, number];
  const hidden = shapeOf(node, 1)[1]! / 3;
  const heads = intAttribute(node, "num_heads", 1);
  if (hidden % heads !== 0 || node.inputs[4] !== undefined) return undefined;
  return { type: "attention-projected", config: { batch, tokens, input, heads, headDim: hidden / heads } };
};

export const matmulNbits: OperatorEntry = (node) => {
  const [cin, cout] = [intAttribute(node, "K", 1), intAttribute(node, "N", 1)];
  const block = intAttribute(node, "block_size", 32);
  const rows = Math.max(1, count(shapeOf(node, 0)) / cin);
  if (cin % block !== 0) return undefined;
  const accuracy = intAttribute(node, "accuracy_level", 0) === 4 ? "int8" : "float";
  return { type: "matmul-nbits", config: { rows, cin, cout, bits: intAttribute(node, "bits", 4), block, accuracy } };
};

interface Letters {
  readonly left: string;
  readonly right: string;
  readonly result: string;
}

/** Two operands and a result whose letters are all different within each: a batched matrix product. */
export const einsum: OperatorEntry = (node) => {
  const equation = String(node.attributes.equation ?? "").replaceAll(" ", "");
  const parts = /^([A-Za-z]+),([A-Za-z]+)->([A-Za-z]*)$/.exec(equation);
  if (parts === null) return undefined;
  const letters: Letters = { left: parts[1]!, right: parts[2]!, result: parts[3]! };
  if (Object.values(letters).some((term: string) => new Set(term).size !== term.length)) return undefined;
  const config = einsumFields(letters, [shapeOf(node, 0), shapeOf(node, 1)]);
  return config && { type: "einsum", config };
};

function einsumFields({ left, right, result }: Letters, shapes: readonly (readonly number[])[]) {
  const sizes = new Map<string, number>();
  [left, right].forEach((term, i) => {
    [...term].forEach((letter, axis) => {
      sizes.set(letter, Math.max(sizes.get(letter) ?? 1, shapes[i]![axis] ?? 1));
    });
  });
  const [batch, rows, columns, summed] = ["", "", "", ""] as [string, string, string, string];
  const kinds = { batch, rows, columns, summed };
  for (const letter of sizes.keys()) {
    const [inLeft, inRight, kept] = [left, right, result].map((term) => term.includes(letter));
    if (inLeft && inRight) kinds[kept ? "batch" : "summed"] += letter;
    else if (kept) kinds[inLeft ? "rows" : "columns"] += letter;
    else kinds.summed += letter;
  }
  const volume = (letters: string) => [...letters].reduce((product, letter) => product * sizes.get(letter)!, 1);
  const inOrder = (term: string, ...groups: string[]) => term === groups.join("");
  const moved = [
    inOrder(left, kinds.batch, kinds.rows, kinds.summed),
    inOrder(right, kinds.batch, kinds.summed, kinds.columns),
    inOrder(result, kinds.batch, kinds.rows, kinds.columns),
  ].filter((fits) => !fits).length;
  return {
    batch: volume(kinds.batch),
    m: volume(kinds.rows),
    k: volume(kinds.summed),
    n: volume(kinds.columns),
    moved,
  };
}

/** Shapes of the image and the weights; 8-bit operators have their weights at different places. */
const quantisedConv =
  (form: "qlinear" | "integer", weightSlot: number): OperatorEntry =>
  (node) => {
    const input = channelsFirst(node, shapeOf(node, 0));
    const weight = shapeOf(node, weightSlot);
    if (input.length !== 4 || weight.length !== 4) return undefined;
    const output = channelsFirst(node, outputShape(node));
    const [strideH, strideW] = [listOf(node, "strides", 0), listOf(node, "strides", 1)];
    const config = {
      form,
      batch: input[0]!,
      h: output[2]! * strideH,
      w: output[3]! * strideW,
      cin: input[1]!,
      cout: weight[0]!,
      kernelH: weight[2]!,
      kernelW: weight[3]!,
      strideH,
      strideW,
      groups: intAttribute(node, "group", 1),
      signs: signsOf(node, weightSlot),
    };
    return { type: "conv-quantised", config };
  };

export const qLinearConv = quantisedConv("qlinear", 3);
export const convInteger = quantisedConv("integer", 1);
/** A Conv between QDQ pairs that the engine took in. */
export const fusedQuantisedConv = quantisedConv("qlinear", 1);

/** Left operand, right operand: at slots that differ by form. */
export const quantisedProduct =
  (form: "qlinear" | "integer" | "dynamic", rightSlot: number): OperatorEntry =>
  (node) => {
    const [left, right] = [shapeOf(node, 0), shapeOf(node, rightSlot)];
    if (left.length < 2 || right.length < 2) return undefined;
    const k = left.at(-1)!;
    const constant = node.inputs[rightSlot]!.constant && right.length === 2;
    const n = outputShape(node).at(-1)!;
    const signs = signsOf(node, rightSlot);
    const rows = count(left) / k;
    const m = constant || right.length === 2 ? rows : left.at(-2)!;
    const batch = constant || right.length === 2 ? 1 : count(outputShape(node)) / (m * n);
    const weights = constant ? "constant" : "run-time";
    return { type: "matmul-quantised", config: { form, batch, m, k, n, weights, signs } };
  };

export const quantisedElementwise =
  (operator: string): OperatorEntry =>
  (node) => {
    const shape = outputShape(node);
    const columns = Math.max(1, shape.at(-1) ?? 1);
    return { type: "elementwise-quantised", config: { operator, rows: Math.max(1, count(shape) / columns), columns } };
  };

export const dynamicQuantize: OperatorEntry = (node) => ({
  type: "dynamic-quantize",
  config: { elements: Math.max(1, count(shapeOf(node, 0))) },
});

const modes: Readonly<Record<string, string>> = {
  bilinear: "linear",
  linear: "linear",
  bicubic: "cubic",
  cubic: "cubic",
  nearest: "nearest",
};

export const gridSample: OperatorEntry = (node) => {
  const [image, grid] = [shapeOf(node, 0), shapeOf(node, 1)];
  if (image.length !== 4) return undefined;
  const [batch, c, h, w] = image as [number, number, number, number];
  const mode = modes[String(node.attributes.mode ?? "linear")] ?? "linear";
  const padding = String(node.attributes.padding_mode ?? "zeros");
  // ONNX Runtime's fast code is for unaligned corners; with aligned ones it looks for the border, point by point.
  const isPlain = mode === "linear" && padding === "zeros" && intAttribute(node, "align_corners", 0) === 1;
  const config = { batch, c, h, w, outH: grid[1]!, outW: grid[2]!, mode, padding: isPlain ? "border" : padding };
  return { type: "grid-sample", config };
};

/** An image resized by the plain code of an engine that has another one for its blocked layout. */
export function plainResize(node: WorkNode, { config }: KernelOf): KernelOf {
  const given = String(node.attributes.coordinate_transformation_mode ?? "half_pixel");
  const known = coordinates.find((name) => name === given) ?? "half_pixel";
  const [from, to] = [shapeOf(node, 0), outputShape(node)];
  const order = from[3] === to[3] && from[1] !== to[1] && config.mode !== "cubic" ? "nhwc" : "nchw";
  const coordinate = node.operator === "Upsample" ? "asymmetric" : known;
  return { type: "resize-plain", config: { ...config, coordinate, order } };
}
