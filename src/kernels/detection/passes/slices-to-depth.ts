/**
 * Four slices that take every other row and column, joined along the channels, become SpaceToDepth; where they are in
 * another order than its own, a Gather follows (pull request 27747 of microsoft/onnxruntime).
 */
import { addNode, newConstant, newValue, removeNode } from "../work-edits.js";
import {
  has,
  intAttribute,
  intsOf,
  soleConsumer,
  type WorkGraph,
  type WorkNode,
  type WorkValue,
} from "../work-graph.js";
import { nodesOf } from "../work-order.js";

const ownOrder = ["0,0", "0,1", "1,0", "1,1"];

export function slicesToDepth(work: WorkGraph): boolean {
  if (!has(work, "Slice") || !has(work, "Concat")) return false;
  let changed = false;
  for (const concat of nodesOf(work)) {
    if (!concat.alive || concat.operator !== "Concat" || concat.domain !== "" || concat.inputs.length !== 4) continue;
    const slices = concat.inputs.map((input) => input?.producer);
    const source = slices[0]?.inputs[0];
    if (source === undefined || source.shape.length !== 4 || intAttribute(concat, "axis", 0) !== 1) continue;
    const offsets = slices.map((slice) => (slice?.inputs[0] === source ? offsetOf(slice, concat) : undefined));
    if (ownOrder.some((offset) => !offsets.includes(offset))) continue;
    replace(work, concat, slices as WorkNode[], source, offsets.join(" ") !== ownOrder.join(" "));
    changed = true;
  }
  return changed;
}

/** "row,column" that a slice starts at, if it takes every second of both and everything else whole. */
function offsetOf(slice: WorkNode, reader: WorkNode): string | undefined {
  if (slice.operator !== "Slice" || soleConsumer(slice.outputs[0]!) !== reader) return undefined;
  const [starts, steps] = [intsOf(slice, "starts", 1), intsOf(slice, "steps", 4)];
  const axes = intsOf(slice, "axes", 3) ?? starts?.map((_, i) => i);
  if (starts === undefined || steps === undefined || axes === undefined) return undefined;
  const at = (axis: number, values: readonly number[], fallback: number) => {
    const i = axes.findIndex((given) => (given + 4) % 4 === axis);
    return i < 0 ? fallback : values[i]!;
  };
  const [from, to] = [slice.inputs[0]!.shape, slice.outputs[0]!.shape];
  const halves = [2, 3].every((axis) => at(axis, steps, 1) === 2 && to[axis]! * 2 === from[axis]);
  return halves && from[0] === to[0] && from[1] === to[1] ? `${at(2, starts, 0)},${at(3, starts, 0)}` : undefined;
}

function replace(
  work: WorkGraph,
  concat: WorkNode,
  slices: readonly WorkNode[],
  source: WorkValue,
  reordered: boolean,
): void {
  const output = concat.outputs[0]!;
  const sources = [...slices.flatMap((slice) => slice.sources), ...concat.sources];
  removeNode(work, concat);
  for (const slice of slices) removeNode(work, slice);
  const made = reordered ? newValue(work, `${output.name}/depth`, output.shape, output.type) : output;
  addNode(work, "SpaceToDepth", "", [source], [made], { blocksize: 2 }, sources);
  if (!reordered) return;
  const order = newConstant(work, `${output.name}/order`, [output.shape[1]!]);
  addNode(work, "Gather", "", [made, order], [output], { axis: 1 }, []);
}
