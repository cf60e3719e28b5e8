/** Builds a graph node by node, with shapes inferred as it grows: what search spaces, kernel models and tests are made of. */
import type { AttributeValue, DataType, Graph, GraphNode, Tensor } from "./graph.js";
import { inferOutputs } from "./shape-inference.js";

export interface GraphBuilder {
  /** A run-time input; returns its tensor name. */
  input(name: string, shape: readonly number[], type?: DataType): string;
  /** A weight (no values: writers fill in seeded random ones) or a constant with known values. Returns its tensor name. */
  constant(shape: readonly number[], values?: ArrayLike<number>, type?: DataType): string;
  /** Adds a node and returns the name of its first output. */
  node(operator: string, inputs: readonly string[], attributes?: Record<string, AttributeValue>): string;
  /** The same for operators of several outputs. */
  nodes(
    operator: string,
    inputs: readonly string[],
    outputCount: number,
    attributes?: Record<string, AttributeValue>,
  ): string[];
  shape(tensor: string): readonly number[];
  build(outputs: readonly string[]): Graph;
}

export function createGraphBuilder(name: string, opset = 17): GraphBuilder {
  const tensors = new Map<string, Tensor>();
  const nodes: GraphNode[] = [];
  const inputs: string[] = [];
  let constants = 0;
  const add = (tensor: Tensor) => {
    tensors.set(tensor.name, tensor);
    return tensor.name;
  };
  const builder: GraphBuilder = {
    input(inputName, shape, type = "float32") {
      inputs.push(inputName);
      return add({ name: inputName, shape, type, constant: false });
    },
    constant(shape, values, type = "float32") {
      return add({ name: `constant_${constants++}`, shape, type, constant: true, ...(values ? { values } : {}) });
    },
    node: (operator, nodeInputs, attributes = {}) => builder.nodes(operator, nodeInputs, 1, attributes)[0]!,
    nodes(operator, nodeInputs, outputCount, attributes = {}) {
      const nodeName = `${operator}_${nodes.length}`;
      const outputs = Array.from({ length: outputCount }, (_, i) => (i === 0 ? nodeName : `${nodeName}_out${i}`));
      const node: GraphNode = { name: nodeName, operator, domain: "", inputs: [...nodeInputs], outputs, attributes };
      const inferred = inferOutputs(
        node,
        nodeInputs.map((input) => (input === "" ? undefined : tensors.get(input))),
        opset,
      );
      nodes.push(node);
      for (const tensor of inferred) add(tensor);
      // The node keeps its own lists: callers may go on with theirs.
      return [...outputs];
    },
    shape: (tensor) => tensors.get(tensor)!.shape,
    build: (outputs) => ({ name, opset, nodes, tensors, inputs, outputs }),
  };
  return builder;
}
