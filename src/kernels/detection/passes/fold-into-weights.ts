/** Folds per-channel arithmetic with constants that follows a convolution into its weights: batch norm, scale, shift. */
import { absorb, newConstant, setInput } from "../work-edits.js";
import { has, intAttribute, soleConsumer, type WorkGraph, type WorkNode, type WorkValue } from "../work-graph.js";
import { nodesOf } from "../work-order.js";

export function foldIntoWeights(work: WorkGraph, into: readonly string[], operators: readonly string[]): boolean {
  if (!into.some((operator) => has(work, operator)) || !operators.some((operator) => has(work, operator))) return false;
  let changed = false;
  for (const node of nodesOf(work)) {
    if (!node.alive || !into.includes(node.operator) || node.domain !== "" || node.activation !== undefined) continue;
    if (node.inputs[1]?.constant !== true || node.inputs[2]?.constant === false) continue;
    for (let next = soleConsumer(node.outputs[0]!); next !== undefined; next = soleConsumer(node.outputs[0]!)) {
      if (!operators.includes(next.operator) || next.domain !== "" || !isPerChannel(node, next)) break;
      absorb(work, node, next);
      giveBias(work, node);
      changed = true;
    }
  }
  return changed;
}

function giveBias(work: WorkGraph, node: WorkNode): void {
  if (node.inputs[2] !== undefined) return;
  const channels = node.outputs[0]!.shape[1] ?? 1;
  setInput(work, node, 2, newConstant(work, `${node.name}_bias`, [channels], undefined, "float32"));
}

function isPerChannel(node: WorkNode, next: WorkNode): boolean {
  const output = node.outputs[0]!;
  if (next.operator === "BatchNormalization") {
    return (
      next.inputs[0] === output &&
      next.inputs.slice(1).every((input) => input?.constant === true) &&
      intAttribute(next, "training_mode", 0) === 0
    );
  }
  const slot = next.inputs[0] === output ? 1 : 0;
  if (slot === 0 && next.operator !== "Add" && next.operator !== "Mul") return false;
  const other = next.inputs[slot];
  return other?.constant === true && broadcastsPerChannel(other, output, next.operator === "Mul");
}

/** Shapes (C,1,1) and (1,C,1,1); a single number only where `scalar`. */
function broadcastsPerChannel(value: WorkValue, output: WorkValue, scalar: boolean): boolean {
  const rank = output.shape.length;
  const { shape } = value;
  if (shape.length === 0) return scalar;
  if (shape.length !== rank && shape.length !== rank - 1) return scalar && shape.every((size) => size === 1);
  const channelAxis = shape.length - rank + 1;
  if (shape[channelAxis] !== output.shape[1]) return false;
  return shape.every((size, axis) => axis === channelAxis || size === 1);
}
