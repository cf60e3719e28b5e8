/** Shared by the operator files: windows, padding, activations. */
import { activations, paddings } from "../../../formats/tflite/index.js";
import { type GraphNode, nhwc, samePads } from "../../../graph/index.js";
import { fusedActivation } from "../../fuse.js";
import type { Lowering } from "../lowering.js";

/** Writes one node of the graph. */
export type LowerOperator = (l: Lowering, node: GraphNode) => void;
export type OperatorTable = Readonly<Record<string, LowerOperator>>;

export const activationCode = (node: GraphNode): number =>
  activations[(node.attributes[fusedActivation] ?? "NONE") as keyof typeof activations];

export const numbersOf = (value: unknown, byDefault: readonly number[]): readonly number[] =>
  Array.isArray(value) ? (value as number[]) : byDefault;

export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** top, left, bottom, right */
  readonly pads: readonly number[];
}

export function windowOf(l: Lowering, { inputs, attributes }: GraphNode, kernel: readonly number[]): Window {
  const strides = numbersOf(attributes.strides, [1, 1]);
  const dilations = numbersOf(attributes.dilations, [1, 1]);
  const size = l.shape(inputs[0]!).slice(2);
  const same = samePads(size, kernel, strides, dilations);
  switch (attributes.auto_pad) {
    case "SAME_UPPER":
      return { kernel, strides, dilations, pads: same };
    case "SAME_LOWER":
      return { kernel, strides, dilations, pads: [same[2]!, same[3]!, same[0]!, same[1]!] };
    case "VALID":
      return { kernel, strides, dilations, pads: [0, 0, 0, 0] };
    default:
      return { kernel, strides, dilations, pads: numbersOf(attributes.pads, [0, 0, 0, 0]) };
  }
}

/**
 * The image that an operator with a window reads, and its kind of padding. Where the graph pads otherwise than SAME, a
 * PAD is written in front, as for models that come from PyTorch.
 * @param border what the padding consists of: zeros, or the lowest value
 */
export function padded(
  l: Lowering,
  node: GraphNode,
  window: Window,
  { border = 0, scaled = false }: { border?: number; scaled?: boolean } = {},
): { input: number; padding: number } {
  const x = node.inputs[0]!;
  const type = scaled && l.isInt8 ? "int8" : "float32";
  const input = l.read(x, nhwc, type);
  const { pads } = window;
  if (pads.every((pad) => pad === 0)) return { input, padding: paddings.VALID };
  const same = samePads(l.shape(x).slice(2), window.kernel, window.strides, window.dilations);
  if (pads.every((pad, i) => pad === same[i])) return { input, padding: paddings.SAME };
  const [n, c, h, w] = l.shape(x) as [number, number, number, number];
  const [top, left, bottom, right] = pads as [number, number, number, number];
  const amounts = l.integers([0, 0, top, bottom, left, right, 0, 0], [4, 2]);
  const output = l.temporary(
    [n, h + top + bottom, w + left + right, c],
    type,
    type === "int8" ? l.scaleOf(x) : undefined,
  );
  if (border === 0) l.emit("PAD", [input, amounts], [output], { table: "PadOptions" });
  else l.emit("PADV2", [input, amounts, l.scalar(border)], [output], { table: "PadV2Options" });
  return { input: output, padding: paddings.VALID };
}
