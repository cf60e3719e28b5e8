/** Operators that move, join, cut, pick, repeat or reduce elements. */
import { transposeFields } from "../../types/layout.js";
import { intAttribute, intsOf, type WorkNode } from "../work-graph.js";
import {
  around,
  count,
  type KernelOf,
  normalAxis,
  type OperatorEntry,
  outputShape,
  shapeOf,
  view,
  wholeCopy,
} from "./entry.js";

export const transpose: OperatorEntry = (node) => {
  const shape = shapeOf(node, 0);
  const perm =
    (node.attributes.perm as readonly number[] | undefined) ?? shape.map((_, axis) => shape.length - 1 - axis);
  const fields = transposeFields(shape, perm);
  return fields === undefined ? wholeCopy(count(shape)) : { type: "transpose", config: { ...fields } };
};

export const concat: OperatorEntry = (node) => {
  const shape = outputShape(node);
  const { outer, length, inner } = around(shape, normalAxis(intAttribute(node, "axis", 0), shape.length));
  return { type: "concat", config: { parts: node.inputs.length, outer, inner: length * inner } };
};

export const split: OperatorEntry = (node) => {
  const shape = shapeOf(node, 0);
  const { outer, length, inner } = around(shape, normalAxis(intAttribute(node, "axis", 0), shape.length));
  return { type: "split", config: { parts: node.outputs.length, outer, inner: length * inner } };
};

/** Of several axes the last one cut counts; those in front make `outer` as small as they leave it. */
export const slice: OperatorEntry = (node) => {
  const from = shapeOf(node, 0);
  const to = outputShape(node);
  let axis = from.length - 1;
  while (axis >= 0 && from[axis] === to[axis]) axis--;
  if (axis < 0) return wholeCopy(Math.max(1, count(from)));
  const { outer, inner } = around(to, axis);
  const steps = intsOf(node, "steps", 4);
  const step = Math.max(1, Math.abs(steps?.at(-1) ?? 1));
  const length = Math.max(1, to[axis]!);
  return {
    type: "slice",
    config: { outer, from: from[axis]!, to: length, inner, step: Math.min(step, Math.ceil(from[axis]! / length)) },
  };
};

export const gather: OperatorEntry = (node) => {
  const shape = shapeOf(node, 0);
  const { outer, length, inner } = around(shape, normalAxis(intAttribute(node, "axis", 0), shape.length));
  return { type: "gather", config: { outer, from: length, indices: count(shapeOf(node, 1)), inner, form: "rows" } };
};

export const gatherElements: OperatorEntry = (node) => {
  const shape = shapeOf(node, 0);
  const indices = shapeOf(node, 1);
  const axis = normalAxis(intAttribute(node, "axis", 0), shape.length);
  const { outer, length, inner } = around(indices, axis);
  return { type: "gather", config: { outer, from: shape[axis]!, indices: length, inner, form: "elements" } };
};

export const resize: OperatorEntry = (node) => {
  const from = shapeOf(node, 0);
  const to = outputShape(node);
  // Windows that grow with the factor are other code.
  if (from.length !== 4 || intAttribute(node, "antialias", 0) === 1) return undefined;
  const channelsLast = from[3] === to[3] && from[1] !== to[1];
  const [h, w] = channelsLast ? [1, 2] : [2, 3];
  const c = from[0]! * from[channelsLast ? 3 : 1]!;
  const mode = node.attributes.mode;
  const known = mode === "linear" || mode === "cubic" ? mode : "nearest";
  return { type: "resize", config: { c, h: from[h]!, w: from[w]!, outH: to[h]!, outW: to[w]!, mode: known } };
};

export const pad: OperatorEntry = (node) => {
  const from = [1, 1, ...shapeOf(node, 0)];
  const to = [1, 1, ...outputShape(node)];
  const [c, outC] = [count(from.slice(0, -2)), count(to.slice(0, -2))];
  const [h, w] = from.slice(-2) as [number, number];
  const [padC, padH, padW] = [outC - c, to.at(-2)! - h, to.at(-1)! - w];
  if (padC === 0 && padH === 0 && padW === 0) return wholeCopy(Math.max(1, count(from)));
  // Negative padding cuts.
  if (padC < 0 || padH < 0 || padW < 0) return wholeCopy(Math.max(1, count(to)));
  const mode = node.attributes.mode;
  return {
    type: "pad",
    config: { c, h, w, padC, padH, padW, mode: mode === "reflect" || mode === "edge" ? mode : "constant" },
  };
};

/** Expand and Tile. */
export const repeat: OperatorEntry = view;

export const reduction =
  (operator: string): OperatorEntry =>
  (node): KernelOf => {
    const shape = shapeOf(node, 0);
    const axes = reducedAxes(node, shape.length);
    if (axes.length === 0) return { type: "copy", config: { input: count(shape), output: count(shape) } };
    const length = axes.reduce((product, axis) => product * shape[axis]!, 1);
    const after = shape.slice(Math.max(...axes) + 1);
    const inner = count(after);
    const trailing = inner === 1 && after.length > 0 ? "one" : "none";
    return { type: "reduce", config: { operator, outer: count(shape) / (length * inner), length, inner, trailing } };
  };

function reducedAxes(node: WorkNode, rank: number): readonly number[] {
  if (node.operator === "ArgMax" || node.operator === "ArgMin")
    return [normalAxis(intAttribute(node, "axis", 0), rank)];
  const axes = intsOf(node, "axes", 1);
  if (axes !== undefined && axes.length > 0) return axes.map((axis) => normalAxis(axis, rank));
  return intAttribute(node, "noop_with_empty_axes", 0) === 1 ? [] : Array.from({ length: rank }, (_, axis) => axis);
}

export const depthToSpace: OperatorEntry = (node) => {
  const shape = shapeOf(node, 0);
  if (shape.length !== 4) return undefined;
  const [batch, c, h, w] = shape as [number, number, number, number];
  const direction = node.operator === "DepthToSpace" ? "depth-to-space" : "space-to-depth";
  return { type: "depth-to-space", config: { direction, batch, c, h, w, block: intAttribute(node, "blocksize", 2) } };
};

export const reorder: OperatorEntry = (node) => {
  const input = node.operator === "ReorderInput";
  const shape = input ? outputShape(node) : shapeOf(node, 0);
  const [batch, c, h, w] = shape as [number, number, number, number];
  return { type: "reorder", config: { direction: input ? "to-nchwc" : "to-nchw", batch, c, h, w } };
};
