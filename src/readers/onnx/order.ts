/** Nodes in an order in which every input is produced before it is used. Files should be so, but not all are. */
import { LitepredError } from "../../base/index.js";
import type { GraphProto, NodeProto } from "../../formats/onnx/index.js";

/** @throws LitepredError `invalid-model` for a cycle. Names that no node produces are left to the caller. */
export function inOrder(nodes: readonly NodeProto[]): readonly NodeProto[] {
  const producers = new Map<string, number>();
  nodes.forEach((node, i) => {
    for (const output of node.output) if (output !== "") producers.set(output, i);
  });
  const needs = nodes.map((node) => neededNodes(node, producers));
  if (needs.every((list, i) => list.every((j) => j < i))) return nodes;
  return sorted(nodes, needs);
}

function neededNodes(node: NodeProto, producers: ReadonlyMap<string, number>): number[] {
  const needed: number[] = [];
  for (const name of usedNames(node)) {
    const producer = producers.get(name);
    if (producer !== undefined) needed.push(producer);
  }
  return needed;
}

/** Inputs, and whatever the node's sub-graphs take from around them. */
function usedNames(node: NodeProto): readonly string[] {
  const graphs = node.attribute.flatMap((attribute) => (attribute.g ? [attribute.g] : attribute.graphs));
  return graphs.length === 0 ? node.input : [...node.input, ...graphs.flatMap(freeNames)];
}

function freeNames(graph: GraphProto): string[] {
  const own = new Set(graph.node.flatMap(({ output }) => output));
  const used = graph.node.flatMap(usedNames).concat(graph.output.map(({ name }) => name));
  return used.filter((name) => !own.has(name));
}

function sorted(nodes: readonly NodeProto[], needs: readonly (readonly number[])[]): NodeProto[] {
  const open = needs.map((list) => list.length);
  const users: number[][] = nodes.map(() => []);
  needs.forEach((list, i) => {
    for (const j of list) users[j]!.push(i);
  });
  const ready = open.flatMap((count, i) => (count === 0 ? [i] : []));
  for (let next = 0; next < ready.length; next++) {
    for (const user of users[ready[next]!]!) if (--open[user]! === 0) ready.push(user);
  }
  if (ready.length < nodes.length) {
    const stuck = nodes[open.findIndex((count) => count > 0)]!;
    throw new LitepredError(
      "invalid-model",
      `node "${stuck.name}" (${stuck.opType}) waits for its own output: a cycle`,
    );
  }
  return ready.map((i) => nodes[i]!);
}
