/**
 * Networks whose nodes and tensors bear the kernels that they belong to, for engines that tell times by operator under the names of the
 * model as given: what an operator is called says which kernel's time it is, whatever the engine fused.
 */
import type { OperatorTime } from "../engines/index.js";
import type { Graph } from "../graph/index.js";
import { kernelIndexIn, kernelPrefix } from "./bundle.js";

export interface PairedOperators {
  /** For each kernel its operators; none where the engine ran none under its name. */
  readonly operators: readonly (readonly OperatorTime[])[];
  /** Operators of no kernel. */
  readonly extra: readonly OperatorTime[];
}

/** @param kernels that were detected in the graph */
export function nameByKernel(graph: Graph, kernels: readonly { readonly nodes: readonly string[] }[]): Graph {
  const kernelOf = new Map(kernels.flatMap(({ nodes }, index) => nodes.map((node) => [node, index] as const)));
  const tensors = new Map<string, string>();
  for (const { name, outputs } of graph.nodes) {
    const index = kernelOf.get(name);
    if (index !== undefined) for (const output of outputs) tensors.set(output, kernelPrefix(index) + output);
  }
  const renamed = (name: string) => tensors.get(name) ?? name;
  return {
    ...graph,
    nodes: graph.nodes.map((node) => {
      const index = kernelOf.get(node.name);
      return {
        ...node,
        name: index === undefined ? node.name : kernelPrefix(index) + node.name,
        inputs: node.inputs.map(renamed),
        outputs: node.outputs.map(renamed),
      };
    }),
    tensors: new Map(
      [...graph.tensors.values()].map((tensor) => [renamed(tensor.name), { ...tensor, name: renamed(tensor.name) }]),
    ),
    outputs: graph.outputs.map(renamed),
  };
}

/** @param count of kernels */
export function operatorsByKernel(operators: readonly OperatorTime[], count: number): PairedOperators {
  const found = Array.from({ length: count }, (): OperatorTime[] => []);
  const extra: OperatorTime[] = [];
  for (const operator of operators) {
    const index = kernelIndexIn(operator.name);
    (index === undefined ? extra : (found[index] ?? extra)).push(operator);
  }
  return { operators: found, extra };
}
