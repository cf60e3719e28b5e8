/**
 * Moves Transpose nodes down the graph past operators that can work on the transposed tensor, where that makes fewer
 * of them: ONNX Runtime's transpose optimizer, with its cost rule (number of axes longer than 1, not size).
 * Sources: onnx_transpose_optimization.cc and ort_transpose_optimization.cc in onnxruntime/core/optimizer/transpose_optimization.
 * Differs: a constant that several nodes read is copied for the transposed reader instead of changed for all of them.
 */
import { has, type WorkGraph, type WorkNode, type WorkValue } from "../work-graph.js";
import { runningOrder } from "../work-order.js";
import { equal, invert, type Permutation } from "./permutation.js";
import type { Handler } from "./transpose-handler.js";
import { handlerOf } from "./transpose-handlers.js";
import { permOf } from "./transpose-moves.js";

/** @param assigned whether nodes are assigned to the CPU already, which lets transposes pass Resize. */
export function pushTransposes(work: WorkGraph, assigned: boolean): boolean {
  if (!has(work, "Transpose")) return false;
  const nodes = runningOrder(work);
  const leading = leadingToTranspose(nodes, assigned);
  let changed = false;
  for (const node of nodes) {
    if (!node.alive) continue;
    for (let slot = 0; slot < node.inputs.length; slot++) {
      const transpose = node.inputs[slot]?.producer;
      const perm = transpose === undefined ? undefined : permOf(transpose);
      if (perm === undefined) continue;
      if (pushThrough(work, transpose!, node, perm, slot, leading, assigned)) {
        changed = true;
        break;
      }
    }
  }
  return changed;
}

/** Values from which a path through operators that pass a transpose on leads to a Transpose. */
function leadingToTranspose(nodes: readonly WorkNode[], assigned: boolean): Set<WorkValue> {
  const leading = new Set<WorkValue>();
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    if (node.operator === "Transpose") {
      leading.add(node.inputs[0]!);
    } else if (node.outputs.some((output) => leading.has(output))) {
      const handler = handlerOf(node, assigned);
      if (handler?.transposesOutputs === true) {
        for (const slot of handler.slots(node)) if (node.inputs[slot] !== undefined) leading.add(node.inputs[slot]);
      }
    }
  }
  return leading;
}

function pushThrough(
  work: WorkGraph,
  transpose: WorkNode,
  node: WorkNode,
  perm: Permutation,
  slot: number,
  leading: ReadonlySet<WorkValue>,
  assigned: boolean,
): boolean {
  const handler = handlerOf(node, assigned);
  if (handler === undefined) return false;
  const slots = handler.slots(node);
  if (!slots.includes(slot)) return false;
  if (
    node.operator !== "Transpose" &&
    handler.always !== true &&
    costOf(node, perm, slots, handler, leading, assigned) >= 0
  )
    return false;
  return handler.push({ work, transpose, node, perm, inverse: invert(perm), slots });
}

function costOf(
  node: WorkNode,
  perm: Permutation,
  slots: readonly number[],
  handler: Handler,
  leading: ReadonlySet<WorkValue>,
  assigned: boolean,
): number {
  let cost = 0;
  for (const slot of slots) cost += inputCost(node.inputs[slot], perm, assigned);
  if (cost < 0 && handler.transposesOutputs && !node.outputs.some((output) => leading.has(output))) {
    cost += Math.max(0, ...node.outputs.map(axesLongerThanOne));
  }
  return cost;
}

function inputCost(value: WorkValue | undefined, perm: Permutation, assigned: boolean): number {
  if (value === undefined) return 5;
  if (value.producer === undefined && value.constant) return 0;
  const above = value.producer === undefined ? undefined : permOf(value.producer);
  if (above === undefined) return axesLongerThanOne(value);
  const removable = !value.isOutput && value.consumers.every((consumer) => handlerOf(consumer, assigned) !== undefined);
  return equal(above, perm) && removable ? -axesLongerThanOne(value) : 0;
}

const axesLongerThanOne = (value: WorkValue): number =>
  value.shape.reduce((count, size) => count + (size === 1 ? 0 : 1), 0);
