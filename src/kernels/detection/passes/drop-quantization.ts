/**
 * Pairs of QuantizeLinear and DequantizeLinear go: an engine that runs in int8 has the operators between them in int8,
 * one that runs in fp32 has no need of them. What is left over (at inputs and outputs) stays as a kernel.
 */

import { removeNode, replaceUses } from "../work-edits.js";
import { has, type WorkGraph } from "../work-graph.js";
import { nodesOf } from "../work-order.js";

export function dropQuantization(work: WorkGraph): boolean {
  if (!has(work, "DequantizeLinear")) return false;
  let changed = false;
  for (const node of nodesOf(work)) {
    if (!node.alive || node.operator !== "DequantizeLinear") continue;
    const quantize = node.inputs[0]?.producer;
    if (quantize?.operator !== "QuantizeLinear" || node.outputs[0]!.isOutput) continue;
    const before = quantize.inputs[0]!;
    removeNode(work, node);
    replaceUses(work, node.outputs[0]!, before);
    if (before.producer !== undefined) before.producer.sources = [...before.producer.sources, ...node.sources];
    if (quantize.outputs[0]!.consumers.length === 0 && !quantize.outputs[0]!.isOutput) {
      const heir = before.producer;
      removeNode(work, quantize);
      if (heir !== undefined) heir.sources = [...heir.sources, ...quantize.sources];
    }
    changed = true;
  }
  return changed;
}
