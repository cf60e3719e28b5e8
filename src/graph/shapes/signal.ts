/** Fourier transforms, and what detectors end in: outputs whose size depends on the data are taken at the most that they can be. */
import { type Inferred, integer, knownValues, normalAxis, type Rule, type RuleTable, required } from "./rule.js";

/** One side of the spectrum, or all of it. */
const binsOf = (length: number, oneSided: boolean) => (oneSided ? Math.floor(length / 2) + 1 : length);

/** Signal [batch, length, 1 or 2], step, window or frame length: [batch, frames, bins, 2]. */
const stft: Rule = (node, inputs) => {
  const signal = required(node, inputs, 0);
  const step = knownValues(node, inputs, 1)?.[0] ?? 1;
  const length = knownValues(node, inputs, 3)?.[0] ?? required(node, inputs, 2).shape[0] ?? 1;
  const frames = Math.max(1, Math.floor((signal.shape[1]! - length) / step) + 1);
  const bins = binsOf(length, integer(node, "onesided", 1) === 1);
  return { shape: [signal.shape[0]!, frames, bins, 2], type: signal.type };
};

/** The axis is an attribute before opset 20. */
const dft: Rule = (node, inputs, opset) => {
  const x = required(node, inputs, 0);
  const given = opset >= 20 ? (knownValues(node, inputs, 2)?.[0] ?? -2) : integer(node, "axis", 1);
  const axis = normalAxis(node, given, x.shape.length);
  const length = knownValues(node, inputs, 1)?.[0] ?? x.shape[axis]!;
  const shape = [...x.shape.slice(0, -1), 2];
  shape[axis] = binsOf(length, integer(node, "onesided", 0) === 1);
  return { shape, type: x.type };
};

/** Boxes [batch, boxes, 4], scores [batch, classes, boxes], most boxes of a class: rows of (batch, class, box). */
const nonMaxSuppression: Rule = (node, inputs) => {
  const [batch = 1, classes = 1, boxes = 1] = required(node, inputs, 1).shape;
  const most = inputs[2] === undefined ? 0 : (inputs[2].values?.[0] ?? boxes);
  return { shape: [batch * classes * Math.min(boxes, most), 3], type: "int64", constant: false };
};

/** Values that differ, and where they are: as many as there are at most. */
const unique: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const count = x.shape.reduce((product, size) => product * size, 1);
  const axis = node.attributes.axis === undefined ? undefined : integer(node, "axis", 0);
  const length = axis === undefined ? count : x.shape[normalAxis(node, axis, x.shape.length)]!;
  const indices: Inferred = { shape: [length], type: "int64" };
  const values: Inferred = { shape: axis === undefined ? [count] : x.shape, type: x.type };
  return [values, indices, indices, indices].slice(0, node.outputs.length);
};

export const signalRules: RuleTable = {
  DFT: dft,
  NonMaxSuppression: nonMaxSuppression,
  STFT: stft,
  Unique: unique,
};
