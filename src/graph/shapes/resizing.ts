/** Images resampled to another size. */
import type { GraphNode } from "../graph.js";
import {
  fail,
  type Inputs,
  integers,
  knownValues,
  normalAxis,
  type Rule,
  type RuleTable,
  required,
  shapeText,
  text,
} from "./rule.js";

/** Opset 10 has (X, scales); from 11 on (X, roi, scales, sizes), where an empty list means "not given". */
function scalesAndSizes(node: GraphNode, inputs: Inputs, opset: number) {
  const given = (index: number) => {
    const values = inputs[index] && knownValues(node, inputs, index);
    return values === undefined || values.length === 0 ? undefined : values;
  };
  return opset < 11 ? { scales: given(1), sizes: undefined } : { scales: given(2), sizes: given(3) };
}

/** `keep_aspect_ratio_policy` turns the wanted sizes into one scale for all resized axes (Resize-18). */
function keptAspect(node: GraphNode, shape: readonly number[], sizes: number[], axes: readonly number[]): number[] {
  const policy = text(node, "keep_aspect_ratio_policy", "stretch");
  if (policy === "stretch") return sizes;
  const ratios = axes.map((axis, i) => sizes[i]! / shape[axis]!);
  const ratio = policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios);
  return axes.map((axis) => Math.round(ratio * shape[axis]!));
}

const resize: Rule = (node, inputs, opset) => {
  const x = required(node, inputs, 0);
  const { scales, sizes } = scalesAndSizes(node, inputs, opset);
  const axes =
    integers(node, "axes")?.map((axis) => normalAxis(node, axis, x.shape.length)) ?? x.shape.map((_, i) => i);
  const factors = sizes ?? scales ?? fail(node, "neither scales nor sizes are given");
  if (factors.length !== axes.length) fail(node, `${factors.length} factors for ${axes.length} axes`);
  const wanted = sizes ? keptAspect(node, x.shape, Array.from(sizes), axes) : undefined;
  const shape = x.shape.slice();
  axes.forEach((axis, i) => {
    shape[axis] = wanted ? wanted[i]! : Math.floor(x.shape[axis]! * scales![i]!);
  });
  return { shape, type: x.type };
};

const upsample: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const scales = knownValues(node, inputs, 1) ?? integers(node, "scales") ?? fail(node, "scales are missing");
  if (scales.length !== x.shape.length) fail(node, `${scales.length} scales for ${x.shape.length} axes`);
  return { shape: x.shape.map((size, i) => Math.floor(size * scales[i]!)), type: x.type };
};

const gridSample: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const grid = required(node, inputs, 1).shape;
  if (grid.length !== x.shape.length) fail(node, `grid ${shapeText(grid)} for ${shapeText(x.shape)}`);
  return { shape: [x.shape[0]!, x.shape[1]!, ...grid.slice(1, -1)], type: x.type };
};

const affineGrid: Rule = (node, inputs) => {
  const size = Array.from(knownValues(node, inputs, 1) ?? fail(node, "size is missing"));
  return { shape: [size[0]!, ...size.slice(2), size.length - 2], type: required(node, inputs, 0).type };
};

export const resizingRules: RuleTable = {
  AffineGrid: affineGrid,
  GridSample: gridSample,
  Resize: resize,
  Upsample: upsample,
};
