/** The orders in which passes look at the nodes of a work graph. */

import type { WorkGraph, WorkNode } from "./work-graph.js";

/**
 * The nodes that are there now, dead ones included, in order of creation: for passes to which the running order does not
 * matter.
 */
export const nodesOf = (work: WorkGraph): readonly WorkNode[] => work.nodes.slice();

/**
 * Live nodes in the order in which ONNX Runtime's GraphViewer lists them (onnxruntime/core/graph/graph_viewer.cc):
 * depth first from the leaves, of several inputs the one with the highest index first.
 */
export function runningOrder(work: WorkGraph): readonly WorkNode[] {
  if (work.order !== undefined) return work.order;
  const order: WorkNode[] = [];
  const state = new Uint8Array(work.nodes.length);
  const stack: WorkNode[] = [];
  for (const node of work.nodes) {
    if (node.alive && !isRead(node)) stack.push(node);
  }
  while (stack.length > 0) {
    const node = stack[stack.length - 1]!;
    if (state[node.index] !== 0) {
      stack.pop();
      if (state[node.index] === 1) {
        state[node.index] = 2;
        order.push(node);
      }
      continue;
    }
    state[node.index] = 1;
    pushProducers(node, state, stack);
  }
  work.order = order;
  return order;
}

function isRead({ outputs }: WorkNode): boolean {
  for (let i = 0; i < outputs.length; i++) if (outputs[i]!.consumers.length > 0) return true;
  return false;
}

function pushProducers(node: WorkNode, state: Uint8Array, stack: WorkNode[]): void {
  const from = stack.length;
  for (const input of node.inputs) {
    const producer = input?.producer;
    if (producer === undefined || state[producer.index] !== 0) continue;
    let at = stack.length;
    while (at > from && stack[at - 1]!.index > producer.index) at--;
    if (at > from && stack[at - 1] === producer) continue;
    for (let i = stack.length; i > at; i--) stack[i] = stack[i - 1]!;
    stack[at] = producer;
  }
}
