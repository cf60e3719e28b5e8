/** Builds a graph node by node, with shapes inferred as it grows: what search spaces, kernel models and tests are made of. */
import type { AttributeValue, DataType, Graph, GraphNode, Tensor } from "./graph.js";
import { inferOutputs } from "./shape-inference.js";

export interface GraphBuilder {
  /** A run-time input; returns its tensor name. */
  input(name: string, shape: readonly number[], type?: DataType): string;
  /** A weight (no values: writers fill in seeded random ones) or a constant with known values. Returns its tensor name. */
  constant(shape: readonly number[], values?: ArrayLike<number>, type?: DataType): string;
  /** Adds a node and returns the name of its first output. An operator of another domain is written `domain:Operator`. */
  node(operator: string, inputs: readonly string[], attributes?: Record<string, AttributeValue>): string;
  /** The same for operators of several outputs. */
  nodes(
    operator: string,
    inputs: readonly string[],
    outputCount: number,
    attributes?: Record<string, AttributeValue>,
  ): string[];
  shape(tensor: string): readonly number[];
  /** Number of nodes so far. */
  size(): number;
  build(outputs: readonly string[]): Graph;
}

/** Names by operator and number, shared by all graphs: a text that has been a key of a map once is found faster again. */
const names = new Map<string, string[]>();
/** Numbers up to which names are kept. Choice: more nodes than any architecture of the spaces has. */
const keptNames = 4096;

function numberedName(base: string, index: number): string {
  if (index >= keptNames) return `${base}_${index}`;
  let known = names.get(base);
  if (known === undefined) {
    known = [];
    names.set(base, known);
  }
  for (let i = known.length; i <= index; i++) known.push(`${base}_${i}`);
  return known[index]!;
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
      const constantName = numberedName("constant", constants++);
      if (values === undefined) return add({ name: constantName, shape, type, constant: true });
      return add({ name: constantName, shape, type, constant: true, values });
    },
    node: (operator, nodeInputs, attributes = {}) => builder.nodes(operator, nodeInputs, 1, attributes)[0]!,
    nodes(qualified, nodeInputs, outputCount, attributes = {}) {
      const colon = qualified.indexOf(":");
      const [domain, operator] = [qualified.slice(0, Math.max(0, colon)), qualified.slice(colon + 1)];
      const nodeName = numberedName(operator, nodes.length);
      const outputs = [nodeName];
      for (let i = 1; i < outputCount; i++) outputs.push(`${nodeName}_out${i}`);
      // The node keeps its own lists: callers may go on with theirs.
      const node: GraphNode = { name: nodeName, operator, domain, inputs: nodeInputs.slice(), outputs, attributes };
      const known = nodeInputs.map((input) => (input === "" ? undefined : tensors.get(input)));
      const inferred = inferOutputs(node, known, opset);
      nodes.push(node);
      for (let i = 0; i < inferred.length; i++) add(inferred[i]!);
      return outputs.slice();
    },
    shape: (tensor) => tensors.get(tensor)!.shape,
    size: () => nodes.length,
    build: (outputs) => ({ name, opset, nodes, tensors, inputs, outputs }),
  };
  return builder;
}
