/**
 * Many kernels side by side in one graph, for engines whose profiler times operators. Around each kernel stand
 *   source: makes the kernel's input from a small one, so that it is warm in the cache and, for images, in the engine's
 *           own layout, as behind another kernel. An image comes out of a 1×1 convolution, with an activation where what
 *           follows might otherwise be fused into it. Other tensors are spread out from their last row;
 *   marker: a reshape that copies nothing, so that the time shown for it is what the profiler itself adds to an operator;
 *   sink:   keeps one element, so that outputs are memory of the engine's arena that is reused, not new pages handed out.
 * All bear "#" in their names and are no part of the kernel's time. A filler writes memory until a run touches as much
 * as a small model does, so that weights are as cold as they are in one.
 */
import { elementCount, footprint, type Graph, type GraphNode, type Tensor } from "../graph/index.js";

/** Names of kernel i start with this. */
export const kernelPrefix = (index: number) => `k${index}/`;

/** The kernel that a name in the engine's graph speaks of. */
export function kernelIndexIn(name: string): number | undefined {
  const match = /(?:^|[^A-Za-z0-9])k(\d+)\//.exec(name);
  return match === null ? undefined : Number(match[1]);
}

export interface PackedKernel {
  readonly graph: Graph;
  /** Inputs are made in the plain layout, also where the engine would keep images in its own. */
  readonly plainInputs?: boolean;
}

/** Elements that a run touches at least: 24 MB, as MobileNets do. Measured: with less, weights of `fc` come from the cache. */
const leastElements = 6e6;

/** @param kernels one kernel each, at least one; their opsets must agree */
export function packKernels(kernels: readonly PackedKernel[]): Graph {
  const packed = kernels.map((kernel, index) => framed(kernel, kernelPrefix(index)));
  const touched = kernels.reduce((total, { graph }) => total + footprint(graph), 0);
  if (touched < leastElements) packed.push(filler(leastElements - touched, kernels[0]!.graph.opset));
  return {
    name: "bundle",
    opset: kernels[0]!.graph.opset,
    nodes: packed.flatMap((graph) => graph.nodes),
    tensors: new Map(packed.flatMap((graph) => [...graph.tensors])),
    inputs: packed.flatMap((graph) => graph.inputs),
    outputs: packed.flatMap((graph) => graph.outputs),
  };
}

/** Writes `elements` numbers and keeps one. */
function filler(elements: number, opset: number): Graph {
  const frame = createFrame("fill/");
  const filled: Tensor = { name: "fill/#filled", shape: [elements], type: "float32", constant: false };
  const input = frame.source(frame.tensors.get(frame.add(filled))!, 0, { users: [], plain: true });
  const output = frame.sink(filled, 0);
  return { name: "filler", opset, nodes: frame.nodes, tensors: frame.tensors, inputs: [input], outputs: [output] };
}

/** The kernel with all names prefixed, between sources and sinks. */
function framed({ graph: kernel, plainInputs: plain = false }: PackedKernel, prefix: string): Graph {
  const rename = (name: string) => (name === "" ? "" : prefix + name);
  const frame = createFrame(prefix);
  for (const tensor of kernel.tensors.values()) frame.add({ ...tensor, name: rename(tensor.name) });
  const inputs = kernel.inputs.map((name, i) => {
    const users = kernel.nodes.filter((node) => node.inputs.includes(name)).map((node) => node.operator);
    return frame.source(frame.tensors.get(rename(name))!, i, { users, plain });
  });
  const core = kernel.nodes.map((node) => ({
    ...node,
    name: rename(node.name),
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
  }));
  const sources = frame.nodes.splice(0);
  const outputs = kernel.outputs.map((name, i) => frame.sink(frame.tensors.get(rename(name))!, i));
  return { ...kernel, nodes: [...sources, ...core, ...frame.nodes], tensors: frame.tensors, inputs, outputs };
}

function createFrame(prefix: string) {
  const nodes: GraphNode[] = [];
  const tensors = new Map<string, Tensor>();
  const add = (tensor: Tensor) => {
    tensors.set(tensor.name, tensor);
    return tensor.name;
  };
  const constant = (name: string, values: readonly number[]) =>
    add({ name: `${prefix}#${name}`, shape: [values.length], type: "int64", constant: true, values });
  const node = (
    name: string,
    operator: string,
    inputs: readonly string[],
    output: string,
    attributes: GraphNode["attributes"] = {},
  ) => nodes.push({ name: `${prefix}#${name}`, operator, domain: "", inputs, outputs: [output], attributes });
  const imageSource = (input: Tensor, i: number, users: readonly string[]): string => {
    const [batch, channels, height, width] = input.shape as [number, number, number, number];
    const seed = add({ ...input, name: `${prefix}#seed${i}`, shape: [batch, 1, height, width] });
    const weight = add({ ...input, name: `${prefix}#weight${i}`, shape: [channels, 1, 1, 1], constant: true });
    const fuses = users.some((operator) => operator !== "Conv");
    const made = fuses ? add({ ...input, name: `${prefix}#image${i}` }) : input.name;
    node(`source${i}`, "Conv", [seed, weight], made, { kernel_shape: [1, 1] });
    if (fuses) node(`activation${i}`, "LeakyRelu", [made], input.name, { alpha: 0.5 });
    return seed;
  };
  return {
    nodes,
    tensors,
    add,
    /** Returns the graph input that feeds it. `users`: operators that read the input. */
    source(input: Tensor, i: number, { users, plain }: { users: readonly string[]; plain: boolean }): string {
      // Indices and the like cannot be made up without changing what they mean.
      if (input.type !== "float32") return input.name;
      if (isBlockedImage(input) && !plain) return imageSource(input, i, users);
      // A vector has no other axis to be spread along than its own.
      const last = input.shape.length > 1 ? input.shape.length - 1 : -1;
      const row = input.shape.map((size, axis) => (axis === last ? size : 1));
      const seed = add({ ...input, name: `${prefix}#seed${i}`, shape: row });
      // A spread that spreads nothing would be optimised away, and the kernel be fed by the caller's memory.
      if (elementCount(row) === elementCount(input.shape)) node(`source${i}`, "Neg", [seed], input.name);
      else node(`source${i}`, "Expand", [seed, constant(`shape${i}`, input.shape)], input.name);
      return seed;
    },
    /** Returns the graph output. */
    sink(output: Tensor, i: number): string {
      const flat = add({ ...output, name: `${prefix}#flat${i}`, shape: [elementCount(output.shape)] });
      const first = add({ ...output, name: `${prefix}#first${i}`, shape: [1] });
      node(`marker${i}`, "Reshape", [output.name, constant(`flatShape${i}`, [-1])], flat);
      node(`sink${i}`, "Slice", [flat, constant(`from${i}`, [0]), constant(`to${i}`, [1])], first);
      return first;
    },
  };
}

/** Images whose channels fill blocks of 16 are kept in ONNX Runtime's blocked layout between kernels. */
const isBlockedImage = ({ shape }: Tensor) => shape.length === 4 && shape[1]! % 16 === 0;
