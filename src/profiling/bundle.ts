/**
 * Many kernels side by side in one graph, for engines whose profiler times operators. Around each kernel stand
 *   source: spreads a small input over the kernel's input, which is then warm in the cache, as behind another kernel;
 *   marker: a reshape that copies nothing, so that the time shown for it is what the profiler itself adds to an operator;
 *   sink:   keeps one element, so that outputs are memory of the engine's arena that is reused, not new pages handed out.
 * All three bear "#" in their names and are no part of the kernel's time. Weights are cold, as they are in a model.
 */
import { elementCount, type Graph, type GraphNode, type Tensor } from "../graph/index.js";

/** Names of kernel i start with this. */
export const kernelPrefix = (index: number) => `k${index}/`;

/** @param kernels graphs of one kernel each, at least one; their opsets must agree */
export function packKernels(kernels: readonly Graph[]): Graph {
  const packed = kernels.map((kernel, index) => framed(kernel, kernelPrefix(index)));
  return {
    name: "bundle",
    opset: kernels[0]!.opset,
    nodes: packed.flatMap((graph) => graph.nodes),
    tensors: new Map(packed.flatMap((graph) => [...graph.tensors])),
    inputs: packed.flatMap((graph) => graph.inputs),
    outputs: packed.flatMap((graph) => graph.outputs),
  };
}

/** The kernel with all names prefixed, between sources and sinks. */
function framed(kernel: Graph, prefix: string): Graph {
  const rename = (name: string) => (name === "" ? "" : prefix + name);
  const frame = createFrame(prefix);
  for (const tensor of kernel.tensors.values()) frame.add({ ...tensor, name: rename(tensor.name) });
  const inputs = kernel.inputs.map((name, i) => frame.source(frame.tensors.get(rename(name))!, i));
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
  const node = (name: string, operator: string, inputs: string[], output: string) =>
    nodes.push({ name: `${prefix}#${name}`, operator, domain: "", inputs, outputs: [output], attributes: {} });
  return {
    nodes,
    tensors,
    add,
    /** Returns the graph input that feeds it. */
    source(input: Tensor, i: number): string {
      // Indices and the like cannot be spread without changing what they mean.
      if (input.type !== "float32") return input.name;
      const row = input.shape.map((size, axis) => (axis === input.shape.length - 1 ? size : 1));
      const seed = add({ name: `${prefix}#seed${i}`, shape: row, type: input.type, constant: false });
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
