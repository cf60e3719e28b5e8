/** Lets a node apply the activation that follows it. */
import { absorb } from "../work-edits.js";
import { has, soleConsumer, type WorkGraph, type WorkNode } from "../work-graph.js";
import { nodesOf } from "../work-order.js";

export function fuseActivation(
  work: WorkGraph,
  into: readonly string[],
  activations: readonly string[],
  domain: string,
): boolean {
  if (!into.some((operator) => has(work, operator)) || !activations.some((operator) => has(work, operator)))
    return false;
  let changed = false;
  for (const node of nodesOf(work)) {
    if (!node.alive || node.domain !== "" || node.activation !== undefined || !into.includes(node.operator)) continue;
    const next = soleConsumer(node.outputs[0]!);
    if (next === undefined || next.domain !== "" || !activations.includes(next.operator) || !hasConstantBounds(next))
      continue;
    node.activation = activationName(next);
    node.domain = domain;
    absorb(work, node, next);
    changed = true;
  }
  return changed;
}

/** Everything but the first input of an activation has to be known when the model is loaded. */
const hasConstantBounds = (node: WorkNode) =>
  node.inputs.slice(1).every((input) => input === undefined || input.constant);

/** The operator, with bounds where they make it another function: `Clip(0,6)`. */
export function activationName(node: WorkNode): string {
  if (node.operator !== "Clip") return node.operator;
  const bound = (slot: number, name: string) =>
    node.inputs[slot]?.values?.[0] ?? (node.attributes[name] as number | undefined);
  return `Clip(${bound(1, "min") ?? ""},${bound(2, "max") ?? ""})`;
}
