/** What runs: nodes that an output needs and that are not constant, with the tensors they touch. */
import type { Graph, GraphNode, Tensor } from "../graph/index.js";

/** Everything of the model, constants and dead nodes included. */
export interface FlatModel {
  readonly nodes: readonly GraphNode[];
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly opset: number;
}

export function prune(name: string, { nodes, tensors, inputs, outputs, opset }: FlatModel): Graph {
  const needed = new Set(outputs);
  const kept: GraphNode[] = [];
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    const used = node.outputs.some((output) => needed.has(output) && !tensors.get(output)!.constant);
    if (!used) continue;
    kept.push(node);
    for (const input of node.inputs) if (input !== "") needed.add(input);
  }
  kept.reverse();
  const touched = new Map<string, Tensor>();
  const touch = (tensor: string) => tensor !== "" && touched.set(tensor, tensors.get(tensor)!);
  inputs.forEach(touch);
  for (const node of kept) {
    node.inputs.forEach(touch);
    node.outputs.forEach(touch);
  }
  outputs.forEach(touch);
  return { name, opset, nodes: kept, tensors: touched, inputs, outputs };
}
