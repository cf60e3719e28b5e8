/** Which kernel reads what another one has made: the model's graph, seen by its kernels. */
import type { Graph } from "../graph/index.js";

/** Pairs of indices into `kernels`. Kernels that an engine inserts stand for no node, and have no edges. */
export function kernelEdges(
  graph: Graph,
  kernels: readonly { readonly nodes: readonly string[] }[],
): [number, number][] {
  const kernelOf = new Map<string, number>();
  for (const [i, { nodes }] of kernels.entries()) for (const node of nodes) kernelOf.set(node, i);
  // Nodes that no kernel stands for cost nothing: whoever reads them reads what they read.
  const makers = new Map<string, ReadonlySet<number>>();
  const edges = new Map<string, [number, number]>();
  for (const { name, inputs, outputs } of graph.nodes) {
    const read = new Set(inputs.flatMap((input) => [...(makers.get(input) ?? [])]));
    const own = kernelOf.get(name);
    if (own !== undefined) for (const from of read) if (from !== own) edges.set(`${from} ${own}`, [from, own]);
    const made = own === undefined ? read : new Set([own]);
    for (const output of outputs) makers.set(output, made);
  }
  return [...edges.values()];
}
