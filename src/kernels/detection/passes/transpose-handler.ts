/** What a handler of transposes is, and what handlers are made of. */
import { newConstant, setInput } from "../work-edits.js";
import type { WorkGraph, WorkNode } from "../work-graph.js";
import { equalizeRanks, type Push, transposeInput, transposeOutputs } from "./transpose-moves.js";

export interface Handler {
  slots(node: WorkNode): readonly number[];
  /** Changes the graph and says so; false means that nothing was changed. */
  push(push: Push): boolean;
  readonly transposesOutputs: boolean;
  /** Pushed whatever it costs. */
  readonly always?: boolean;
}

export const firstInput = () => [0];
export const allInputs = (node: WorkNode) => node.inputs.map((_, slot) => slot);
const inputsWithAxes = (node: WorkNode) => allInputs(node).filter((slot) => (node.inputs[slot]?.shape.length ?? 0) > 0);

export function transposeInputs({ work, node, slots, inverse }: Push): void {
  for (const slot of slots) transposeInput(work, node, slot, inverse);
}

export function pushSimple(push: Push): boolean {
  transposeInputs(push);
  transposeOutputs(push.work, push.node, push.perm);
  return true;
}

export const simple = (slots: Handler["slots"]): Handler => ({ slots, push: pushSimple, transposesOutputs: true });
export const broadcast: Handler = {
  slots: inputsWithAxes,
  push: (push) => equalizeRanks(push) && pushSimple(push),
  transposesOutputs: true,
};

export function setAttribute(node: WorkNode, name: string, value: number | readonly number[]): void {
  node.attributes = { ...node.attributes, [name]: value };
}

/** Writes a list of integers back to where the node has it: attribute or input. */
export function setInts(
  work: WorkGraph,
  node: WorkNode,
  attribute: string,
  slot: number,
  values: readonly number[],
): void {
  if (node.attributes[attribute] !== undefined) setAttribute(node, attribute, values);
  else setInput(work, node, slot, newConstant(work, `${node.name}/${attribute}`, [values.length], values));
}
