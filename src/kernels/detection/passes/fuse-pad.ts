/** Zero padding in front of a convolution or pooling becomes its `pads` (onnxruntime/core/optimizer/pad_fusion.cc). */
import { bypass } from "../work-edits.js";
import { has, intsOf, soleConsumer, type WorkGraph, type WorkNode } from "../work-graph.js";
import { nodesOf } from "../work-order.js";

export function fusePad(work: WorkGraph, into: readonly string[]): boolean {
  if (!has(work, "Pad")) return false;
  let changed = false;
  for (const node of nodesOf(work)) {
    if (!node.alive || node.operator !== "Pad" || node.domain !== "") continue;
    const next = soleConsumer(node.outputs[0]!);
    if (next === undefined || next.domain !== "" || !into.includes(next.operator) || !canTake(node, next)) continue;
    const pads = intsOf(node, "pads", 1)!;
    const rank = pads.length / 2;
    const own = (next.attributes.pads as readonly number[] | undefined) ?? new Array<number>(2 * (rank - 2)).fill(0);
    const added = [...pads.slice(2, rank), ...pads.slice(rank + 2)];
    const sources = node.sources;
    next.attributes = { ...next.attributes, pads: own.map((size, i) => size + added[i]!) };
    bypass(work, node);
    next.sources = [...sources, ...next.sources];
    changed = true;
  }
  return changed;
}

function canTake(pad: WorkNode, next: WorkNode): boolean {
  if ((pad.attributes.mode ?? "constant") !== "constant") return false;
  const pads = intsOf(pad, "pads", 1);
  const value = pad.inputs[2] === undefined ? Number(pad.attributes.value ?? 0) : pad.inputs[2].values?.[0];
  if (pads === undefined || pads.length < 6 || pad.inputs[3] !== undefined || pads.some((size) => size < 0))
    return false;
  const rank = pads.length / 2;
  if ([0, 1, rank, rank + 1].some((i) => pads[i] !== 0)) return false;
  if (next.attributes.auto_pad !== undefined && next.attributes.auto_pad !== "NOTSET") return false;
  if (next.operator === "AveragePool" && Number(next.attributes.count_include_pad ?? 0) === 0) {
    const own = next.attributes.pads as readonly number[] | undefined;
    if (own?.some((size) => size !== 0) === true) return false;
  }
  return value === 0;
}
