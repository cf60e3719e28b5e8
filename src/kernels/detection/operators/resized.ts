/** The work of a Resize that no kernel type describes: of other ranks than images, or with windows that grow with the factor. */
import { intAttribute, type WorkNode } from "../work-graph.js";
import { count, outputShape, shapeOf } from "./entry.js";
import { type Formula, written } from "./work-formula.js";

/** One axis after the other, the last first; a window grows with the factor by which its axis shrinks. */
const antialiased: Formula = (node) => {
  const [from, to] = [shapeOf(node, 0), outputShape(node)];
  const reach = node.attributes.mode === "cubic" ? 4 : 2;
  let [elements, flops] = [count(from), 0];
  for (let axis = to.length - 1; axis >= 0; axis--) {
    if (from[axis] === to[axis]) continue;
    elements *= to[axis]! / from[axis]!;
    flops += elements * Math.ceil(reach * Math.max(1, from[axis]! / to[axis]!));
  }
  return { work: "scalar", flops };
};

/** Of any rank but images: nearest neighbours by an index for each axis. */
export const resized: Formula = (node) => {
  if (intAttribute(node, "antialias", 0) === 1) return antialiased(node);
  const isNearest = node.attributes.mode === "nearest" || node.attributes.mode === undefined;
  const each = isNearest
    ? (shapeOf(node, 0).length - 1) ** 2
    : node.attributes.mode === "cubic"
      ? 30 * changedAxes(node)
      : 8;
  return { work: "scalar", flops: each * written(node) };
};
const changedAxes = (node: WorkNode) =>
  shapeOf(node, 0).filter((size, axis) => size !== outputShape(node)[axis]).length;
