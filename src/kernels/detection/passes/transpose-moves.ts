/** How a transpose is moved past one node: its inputs are transposed the other way, its outputs by the same permutation. */
import { addNode, newConstant, newValue, removeNode, replaceUses, setInput, setOutput } from "../work-edits.js";
import type { WorkGraph, WorkNode, WorkValue } from "../work-graph.js";
import {
  compose,
  equal,
  invert,
  isIdentity,
  type Permutation,
  permute,
  unsqueeze,
  unsqueezeShape,
} from "./permutation.js";

/** What a handler gets: `node` reads the output of `transpose`, which permutes by `perm`. */
export interface Push {
  readonly work: WorkGraph;
  readonly transpose: WorkNode;
  readonly node: WorkNode;
  readonly perm: Permutation;
  readonly inverse: Permutation;
  readonly slots: readonly number[];
}

export function permOf(node: WorkNode): Permutation | undefined {
  if (node.operator !== "Transpose" || node.domain !== "") return undefined;
  const perm = node.attributes.perm as readonly number[] | undefined;
  return perm ?? node.inputs[0]!.shape.map((_, i, shape) => shape.length - 1 - i);
}

/** Lets an input of a node be transposed by `perm`: takes an opposite Transpose out, reuses an equal one, or adds one. */
export function transposeInput(work: WorkGraph, node: WorkNode, slot: number, perm: Permutation): void {
  const value = node.inputs[slot];
  if (value === undefined) return;
  if (value.constant && value.producer === undefined) {
    setInput(work, node, slot, transposedConstant(work, value, perm));
    return;
  }
  setInput(work, node, slot, undefined);
  const above = value.producer;
  const abovePerm = above === undefined ? undefined : permOf(above);
  if (above !== undefined && abovePerm !== undefined && abovePerm.length === perm.length) {
    const before = above.inputs[0]!;
    const combined = compose(abovePerm, perm);
    setInput(work, node, slot, isIdentity(combined) ? before : addTranspose(work, before, combined));
    if (isIdentity(combined) || node.inputs[slot]!.producer !== above) dropIfUnread(work, above, node);
    return;
  }
  const equalOne = value.consumers.find(
    (consumer) => consumer.operator === "Transpose" && equal(permOf(consumer) ?? [], perm),
  );
  setInput(work, node, slot, equalOne === undefined ? addTranspose(work, value, perm) : equalOne.outputs[0]);
}

function transposedConstant(work: WorkGraph, value: WorkValue, perm: Permutation): WorkValue {
  if (value.shape.length !== perm.length) return value;
  const copy = newConstant(work, `${value.name}/transposed`, permute(value.shape, perm), undefined, value.type);
  if (value.values?.length === 1) copy.values = value.values;
  return copy;
}

function addTranspose(work: WorkGraph, value: WorkValue, perm: Permutation): WorkValue {
  const output = newValue(work, `${value.name}/transposed`, permute(value.shape, perm), value.type);
  addNode(work, "Transpose", "", [value], [output], { perm }, []);
  return output;
}

/** Removes a Transpose that nothing reads any more; `heir` then stands for its model nodes. */
function dropIfUnread(work: WorkGraph, transpose: WorkNode, heir: WorkNode): void {
  const output = transpose.outputs[0]!;
  if (output.consumers.length > 0 || output.isOutput) return;
  removeNode(work, transpose);
  const kept = heir.inputs.find(
    (input) => input?.producer?.operator === "Transpose" && input.producer.sources.length === 0,
  );
  const target = kept?.producer ?? heir;
  target.sources = [...transpose.sources, ...target.sources];
}

/** Lets the node make the transposed output and adds the Transpose by `perm` that restores the old one. */
export function transposeOutput(work: WorkGraph, node: WorkNode, slot: number, perm: Permutation): WorkValue {
  const old = node.outputs[slot]!;
  const made = newValue(work, `${old.name}/before_transpose`, permute(old.shape, invert(perm)), old.type);
  setOutput(work, node, slot, made);
  addNode(work, "Transpose", "", [made], [old], { perm }, []);
  return old;
}

export function transposeOutputs(work: WorkGraph, node: WorkNode, perm: Permutation): void {
  if (isIdentity(perm)) return;
  for (let slot = 0; slot < node.outputs.length; slot++) transposeOutput(work, node, slot, perm);
}

/** Gives inputs of fewer axes leading axes of size 1, so that a broadcasting node can be transposed. */
export function equalizeRanks({ work, node, perm, slots }: Push): boolean {
  if (slots.some((slot) => node.inputs[slot]!.shape.length > perm.length)) return false;
  for (const slot of slots) {
    const value = node.inputs[slot]!;
    const missing = perm.length - value.shape.length;
    if (missing > 0)
      unsqueezeInput(
        work,
        node,
        slot,
        Array.from({ length: missing }, (_, axis) => axis),
      );
  }
  return true;
}

function unsqueezeInput(work: WorkGraph, node: WorkNode, slot: number, axes: readonly number[]): void {
  const value = node.inputs[slot]!;
  const shape = unsqueezeShape(value.shape, axes);
  if (value.constant && value.producer === undefined) {
    const copy = newConstant(work, `${value.name}/unsqueezed`, shape, undefined, value.type);
    if (value.values?.length === 1) copy.values = value.values;
    setInput(work, node, slot, copy);
    return;
  }
  const output = newValue(work, `${value.name}/unsqueezed`, shape, value.type);
  const added = addNode(
    work,
    "Unsqueeze",
    "",
    [value, newConstant(work, `${value.name}/axes`, [axes.length], axes)],
    [output],
    {},
    [],
  );
  const above = value.producer === undefined ? undefined : permOf(value.producer);
  setInput(work, node, slot, above === undefined ? output : pushThroughUnsqueeze(work, added, above, axes));
}

/** Moves a Transpose below an Unsqueeze; returns the value that has taken the place of the Unsqueeze's output. */
export function pushThroughUnsqueeze(
  work: WorkGraph,
  node: WorkNode,
  perm: Permutation,
  axes: readonly number[],
): WorkValue {
  transposeInput(work, node, 0, invert(perm));
  return transposeOutput(work, node, 0, unsqueeze(axes, perm));
}

/** Two nodes that undo each other go: whoever read the second reads what the first read. */
export function cancel({ work, transpose, node }: Push): void {
  const before = transpose.inputs[0]!;
  const after = node.outputs[0]!;
  const heir = after.consumers[0] ?? before.producer;
  const gone = [...transpose.sources, ...node.sources];
  if (!after.isOutput) {
    removeNode(work, node);
    replaceUses(work, after, before);
  } else if (before.producer !== undefined && !before.isOutput) {
    const producer = before.producer;
    removeNode(work, node);
    replaceUses(work, before, after);
    setOutput(work, producer, producer.outputs.indexOf(before), after);
  } else {
    removeNode(work, node);
    addNode(work, "Identity", "", [before], [after], {}, node.sources);
  }
  const unread = transpose.outputs[0]!.consumers.length === 0 && !transpose.outputs[0]!.isOutput;
  if (unread) removeNode(work, transpose);
  if (heir !== undefined && unread) heir.sources = [...gone, ...heir.sources];
}
