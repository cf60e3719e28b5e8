/** Takes out nodes that pass their input on unchanged. */
import { own } from "../../../base/index.js";
import type { NoOperation } from "../rule-schema.js";
import { bypass, replaceInputs } from "../work-edits.js";
import { has, intsOf, scalarOf, type WorkGraph, type WorkNode } from "../work-graph.js";
import { nodesOf } from "../work-order.js";

export function eliminate(work: WorkGraph, operators: Readonly<Record<string, NoOperation>>): boolean {
  if (!Object.keys(operators).some((operator) => has(work, operator))) return false;
  let changed = false;
  for (const node of nodesOf(work)) {
    const condition = node.alive && node.domain === "" ? own(operators, node.operator) : undefined;
    if (condition !== undefined && doesNothing(node, condition)) changed = passOn(work, node) || changed;
  }
  return changed;
}

function passOn(work: WorkGraph, node: WorkNode): boolean {
  if (node.operator !== "Identity" && node.outputs[0]!.isOutput) return false;
  if (node.outputs.length > 1 && node.outputs.slice(1).some((output) => output.consumers.length > 0)) return false;
  if (node.inputs[0]?.constant === true && node.inputs[1] !== undefined) replaceInputs(work, node, [node.inputs[1]]);
  return bypass(work, node);
}

const neutral: Readonly<Record<string, number>> = { Add: 0, Sub: 0, Mul: 1, Div: 1 };

function doesNothing(node: WorkNode, condition: NoOperation): boolean {
  const [input, second] = node.inputs;
  const output = node.outputs[0]!;
  if (input === undefined) return false;
  switch (condition) {
    case "always":
      // The end of a turn of a loop is work of the engine's own.
      return node.attributes.turn === undefined;
    case "same-type":
      return input.type === output.type;
    case "same-shape":
      return sameShape(input.shape, output.shape);
    case "neutral-constant": {
      const value = neutral[node.operator];
      const swaps = node.operator === "Add" || node.operator === "Mul";
      if (second !== undefined && scalarOf(second) === value) return sameShape(input.shape, output.shape);
      return swaps && scalarOf(input) === value && second !== undefined && sameShape(second.shape, output.shape);
    }
    case "unbounded-slice":
      return isUnboundedSlice(node);
    case "whole-slice":
      return sameShape(input.shape, output.shape) && (intsOf(node, "steps", 4) ?? []).every((step) => step === 1);
    case "identity-permutation":
      return (node.attributes.perm as readonly number[] | undefined)?.every((axis, i) => axis === i) === true;
    default:
      return condition satisfies never;
  }
}

/** ONNX Runtime looks at starts and ends only, not at the shape (onnxruntime/core/optimizer/slice_elimination.cc). */
function isUnboundedSlice(node: WorkNode): boolean {
  const starts = intsOf(node, "starts", 1);
  const ends = intsOf(node, "ends", 2);
  const steps = intsOf(node, "steps", 4);
  if (starts === undefined || ends === undefined) return false;
  if (steps?.some((step) => step !== 1)) return false;
  return starts.every((start) => start === 0) && ends.every((end) => end >= 2 ** 31 - 1);
}

const sameShape = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((size, i) => size === b[i]);
