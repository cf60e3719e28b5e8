/**
 * Gathers and slices that together read every element of one axis become a Split, with a Squeeze for each index.
 * Source: GatherSliceToSplitFusion in onnxruntime/core/optimizer/gather_fusion.cc.
 */
import { addNode, newConstant, newValue, removeNode } from "../work-edits.js";
import { countOf, intAttribute, intsOf, type WorkGraph, type WorkNode, type WorkValue } from "../work-graph.js";
import { runningOrder } from "../work-order.js";

interface Part {
  readonly node: WorkNode;
  readonly start: number;
  readonly end: number;
  readonly squeeze: boolean;
}

export function gatherToSplit(work: WorkGraph): boolean {
  // Two readers at least make a split.
  if (work.opset < 13 || countOf(work, "Gather") + countOf(work, "Slice") < 2) return false;
  let changed = false;
  const candidates: WorkValue[] = [];
  for (const value of work.values.values()) {
    if (value.producer === undefined && value.consumers.length > 1) candidates.push(value);
  }
  for (const node of runningOrder(work)) {
    if (node.outputs.length === 1 && node.outputs[0]!.consumers.length > 1) candidates.push(node.outputs[0]!);
  }
  for (const value of candidates) {
    const readers = value.consumers.filter((node) => isPartReader(node) && node.inputs[0] === value);
    if (readers.length < 2) continue;
    const axis = axisOf(readers[0]!, value.shape.length);
    const parts = axis === undefined ? undefined : partsOf(readers, value, axis);
    if (parts === undefined) continue;
    split(work, value, axis!, parts);
    changed = true;
  }
  return changed;
}

const isPartReader = (node: WorkNode) =>
  node.domain === "" && (node.operator === "Gather" || node.operator === "Slice");

function axisOf(node: WorkNode, rank: number): number | undefined {
  if (node.operator === "Gather") {
    const axis = intAttribute(node, "axis", 0);
    return axis < 0 ? axis + rank : axis;
  }
  const axes = intsOf(node, "axes", 3);
  if (axes === undefined || axes.length !== 1) return undefined;
  return axes[0]! < 0 ? axes[0]! + rank : axes[0]!;
}

/** The parts sorted by position if they cover the axis once, else undefined. */
function partsOf(readers: readonly WorkNode[], value: WorkValue, axis: number): Part[] | undefined {
  const size = value.shape[axis]!;
  const parts: Part[] = [];
  for (const node of readers) {
    const part = axisOf(node, value.shape.length) === axis ? partOf(node, size) : undefined;
    if (part === undefined) return undefined;
    parts.push(part);
  }
  parts.sort((a, b) => a.start - b.start);
  const covers =
    parts.every((part, i) => part.start === (i === 0 ? 0 : parts[i - 1]!.end)) && parts.at(-1)!.end === size;
  return covers ? parts : undefined;
}

function partOf(node: WorkNode, size: number): Part | undefined {
  if (node.operator === "Gather") {
    const indices = node.inputs[1]!;
    if (!indices.constant || indices.values?.length !== 1 || indices.shape.length > 1) return undefined;
    const index = indices.values[0]!;
    const start = index < 0 ? index + size : index;
    return { node, start, end: start + 1, squeeze: indices.shape.length === 0 };
  }
  const [starts, ends, steps] = [intsOf(node, "starts", 1), intsOf(node, "ends", 2), intsOf(node, "steps", 4)];
  if (starts?.length !== 1 || ends?.length !== 1 || (steps !== undefined && (steps.length !== 1 || steps[0] !== 1)))
    return undefined;
  const clamp = (position: number) => Math.min(Math.max(position < 0 ? position + size : position, 0), size);
  const [start, end] = [clamp(starts[0]!), clamp(ends[0]!)];
  return start < end ? { node, start, end, squeeze: false } : undefined;
}

function split(work: WorkGraph, value: WorkValue, axis: number, parts: readonly Part[]): void {
  const sizes = parts.map((part) => part.end - part.start);
  const outputs: WorkValue[] = [];
  const sources: string[] = [];
  for (const { node, squeeze } of parts) {
    const output = node.outputs[0]!;
    sources.push(...node.sources);
    removeNode(work, node);
    if (!squeeze) {
      outputs.push(output);
      continue;
    }
    const shape = value.shape.map((size, i) => (i === axis ? 1 : size));
    const part = newValue(work, `${output.name}/split`, shape, value.type);
    addNode(work, "Squeeze", "", [part, newConstant(work, `${output.name}/axes`, [1], [axis])], [output], {}, []);
    outputs.push(part);
  }
  const sizesValue = newConstant(work, `${value.name}/splits`, [sizes.length], sizes);
  addNode(work, "Split", "", [value, sizesValue], outputs, { axis }, sources);
}
