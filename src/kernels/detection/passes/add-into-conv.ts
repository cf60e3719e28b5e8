/**
 * Lets a convolution outside the blocked layout add the other operand of a following sum, and then apply an activation
 * (ConvAddActivationFusion, onnxruntime/core/optimizer/conv_add_act_fusion.cc).
 */

import { removeNode, setInput, setOutput } from "../work-edits.js";
import { has, soleConsumer, type WorkGraph, type WorkNode, type WorkValue } from "../work-graph.js";
import { nodesOf } from "../work-order.js";
import { activationName } from "./fuse-activation.js";

export interface AddIntoConvOptions {
  readonly into: readonly string[];
  readonly activations: readonly string[];
  /** Only convolutions that have a bias. */
  readonly needsBias: boolean;
}

export function addIntoConv(work: WorkGraph, options: AddIntoConvOptions): boolean {
  if (!has(work, "Add") || !options.into.some((operator) => has(work, operator))) return false;
  let changed = false;
  for (const add of nodesOf(work)) {
    if (!add.alive || add.operator !== "Add" || add.domain !== "" || add.inputs.length !== 2) continue;
    const [left, right] = add.inputs as [WorkValue, WorkValue];
    const alike =
      left.shape.length === 4 &&
      right.shape.length === 4 &&
      left.shape.every((size, axis) => size === right.shape[axis]);
    const conv = alike ? add.inputs.map((input) => input!.producer).find((node) => takesSum(node, options)) : undefined;
    if (conv === undefined) continue;
    const other = conv.outputs[0] === left ? right : left;
    takeIn(work, conv, add);
    setInput(work, conv, 3, other);
    const next = soleConsumer(conv.outputs[0]!);
    if (next !== undefined && next.domain === "" && options.activations.includes(next.operator)) {
      conv.activation = activationName(next);
      takeIn(work, conv, next);
    }
    changed = true;
  }
  return changed;
}

function takesSum(node: WorkNode | undefined, { into, needsBias }: AddIntoConvOptions): node is WorkNode {
  if (node === undefined || node.domain !== "" || node.activation !== undefined || !into.includes(node.operator))
    return false;
  if (node.inputs[3] !== undefined || (needsBias && node.inputs[2] === undefined)) return false;
  return soleConsumer(node.outputs[0]!) !== undefined;
}

function takeIn(work: WorkGraph, node: WorkNode, next: WorkNode): void {
  const output = next.outputs[0]!;
  removeNode(work, next);
  setOutput(work, node, 0, output);
  node.sources = [...node.sources, ...next.sources];
}
