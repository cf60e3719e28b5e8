/**
 * Lets a convolution outside the blocked layout add the other operand of a following sum, and then apply an activation
 * (ConvAddActivationFusion, onnxruntime/core/optimizer/conv_add_act_fusion.cc).
 */
import {
  has,
  nodesOf,
  removeNode,
  setInput,
  setOutput,
  soleConsumer,
  type WorkGraph,
  type WorkNode,
} from "../work-graph.js";
import { activationName } from "./fuse-activation.js";

export function addIntoConv(work: WorkGraph, into: readonly string[], activations: readonly string[]): boolean {
  if (!into.some((operator) => has(work, operator)) || !has(work, "Add")) return false;
  let changed = false;
  for (const node of nodesOf(work)) {
    if (!node.alive || node.domain !== "" || node.activation !== undefined || !into.includes(node.operator)) continue;
    const add = soleConsumer(node.outputs[0]!);
    if (add === undefined || add.operator !== "Add" || add.domain !== "") continue;
    const other = add.inputs[add.inputs[0] === node.outputs[0] ? 1 : 0];
    const same = other?.shape.length === 4 && other.shape.every((size, axis) => size === node.outputs[0]!.shape[axis]);
    if (!same || node.inputs[3] !== undefined) continue;
    takeIn(work, node, add);
    setInput(work, node, 3, other);
    const next = soleConsumer(node.outputs[0]!);
    if (next !== undefined && next.domain === "" && activations.includes(next.operator)) {
      node.activation = activationName(next);
      takeIn(work, node, next);
    }
    changed = true;
  }
  return changed;
}

function takeIn(work: WorkGraph, node: WorkNode, next: WorkNode): void {
  const output = next.outputs[0]!;
  removeNode(work, next);
  setOutput(work, node, 0, output);
  node.sources = [...node.sources, ...next.sources];
}
