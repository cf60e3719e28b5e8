/** What an operator's table entry makes of a node: the type of its kernel and the config. */
import type { KernelConfig } from "../../types.js";
import type { WorkNode, WorkValue } from "../work-graph.js";

export interface KernelOf {
  readonly type: string;
  readonly config: KernelConfig;
}

/** Undefined where the catalogue has no type for this form of the operator. */
export type OperatorEntry = (node: WorkNode, opset: number) => KernelOf | undefined;

/** Elements along the axes from `from` to `to`, which is left out. */
export function count(shape: readonly number[], from = 0, to = shape.length): number {
  let product = 1;
  for (let axis = from; axis < to; axis++) product *= shape[axis]!;
  return product;
}

export const inputOf = (node: WorkNode, slot: number): WorkValue => node.inputs[slot]!;
export const shapeOf = (node: WorkNode, slot: number): readonly number[] => node.inputs[slot]?.shape ?? [];
export const outputShape = (node: WorkNode): readonly number[] => node.outputs[0]!.shape;

/** A shape in the order of NCHW, for nodes that run with channels last. */
export function channelsFirst(node: WorkNode, shape: readonly number[]): readonly number[] {
  if (node.attributes.channels_last !== 1) return shape;
  return [shape[0]!, shape.at(-1)!, ...shape.slice(1, -1)];
}

export const normalAxis = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Names that the catalogue gives to activations; bounds of Clip other than 0 and 6 make no difference in cost. */
const activations: Readonly<Record<string, string>> = {
  Relu: "relu",
  Clip: "relu6",
  Sigmoid: "sigmoid",
  HardSigmoid: "hsigmoid",
  HardSwish: "hswish",
  Tanh: "tanh",
  LeakyRelu: "leaky-relu",
  PRelu: "leaky-relu",
  ThresholdedRelu: "relu",
  QuickGelu: "swish",
  Swish: "swish",
  Gelu: "gelu",
  Elu: "elu",
  Celu: "elu",
  Selu: "selu",
  Softplus: "softplus",
  Softsign: "tanh",
  Mish: "mish",
};

export function fusedActivation(node: WorkNode): string {
  const { activation } = node;
  if (activation === undefined) return "none";
  const bounds = activation.indexOf("(");
  return activations[bounds < 0 ? activation : activation.slice(0, bounds)] ?? "none";
}

/** n × c × h × w of an image; missing axes are 1, further ones are merged into h. */
export function image(shape: readonly number[]): { batch: number; c: number; h: number; w: number } {
  const [batch = 1, c = 1, ...spatial] = shape;
  return { batch, c, h: count(spatial.slice(0, -1)), w: spatial.at(-1) ?? 1 };
}

/** A tensor around one axis. */
export const around = (shape: readonly number[], axis: number) => ({
  outer: count(shape, 0, axis),
  length: shape[axis] ?? 1,
  inner: count(shape, axis + 1),
});

/** All elements moved, none changed. */
export const wholeCopy = (elements: number): KernelOf => ({
  type: "slice",
  config: { outer: 1, from: elements, to: elements, inner: 1, step: 1 },
});

/** The same elements under another shape: nothing moves. */
export const view: OperatorEntry = (node) => ({
  type: "copy",
  config: { input: Math.max(1, count(shapeOf(node, 0))), output: Math.max(1, count(outputShape(node))) },
});
