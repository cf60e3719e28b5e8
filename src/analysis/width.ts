/**
 * Another number of channels for a layer, and what follows from it: layers that read it read more, what is added to it or multiplied
 * with it has as many, a depthwise convolution in between is as wide. Each operator says how an axis of one of its tensors binds others.
 */
import type { GraphNode } from "../graph/index.js";
import { type Draft, refuse } from "./draft.js";

/** An axis of a tensor with its new size. */
interface Claim {
  readonly tensor: string;
  readonly axis: number;
  readonly size: number;
}

type Rule = (draft: Draft, node: GraphNode, claim: Claim, isOutput: boolean) => readonly Claim[];

/** @throws LitepredError `bad-usage` where the number of channels is bound to something that cannot change. */
export function setWidth(draft: Draft, node: GraphNode, size: number): void {
  const output = node.outputs[0]!;
  const axis = channelAxis(node, draft.tensor(output).shape.length);
  const open: Claim[] = [{ tensor: output, axis, size }];
  const settled = new Map<string, number>();
  for (let claim = open.pop(); claim !== undefined; claim = open.pop()) {
    const key = `${claim.axis} ${claim.tensor}`;
    const before = settled.get(key);
    if (before !== undefined && before !== claim.size)
      refuse(`"${claim.tensor}" would have both ${before} and ${claim.size} channels`);
    if (before !== undefined) continue;
    settled.set(key, claim.size);
    open.push(...spread(draft, claim));
  }
}

const channelAxis = ({ operator }: GraphNode, rank: number) =>
  operator === "MatMul" || operator === "Gemm" ? rank - 1 : 1;

function spread(draft: Draft, claim: Claim): Claim[] {
  const { tensor } = claim;
  if (draft.tensor(tensor).constant) {
    draft.resize(tensor, claim.axis, claim.size);
    return [];
  }
  if (draft.isInput(tensor)) refuse(`the width is that of the model's input "${tensor}"`);
  const producer = draft.producer(tensor);
  const touched = [
    ...(producer ? [{ node: producer, isOutput: true }] : []),
    ...draft.consumers(tensor).map((node) => ({ node, isOutput: false })),
  ];
  return touched.flatMap(({ node, isOutput }) => [...ruleOf(node)(draft, node, claim, isOutput)]);
}

function ruleOf(node: GraphNode): Rule {
  const rule = rules[node.operator];
  if (rule !== undefined) return rule;
  return refuse(`the width goes through "${node.name}" (${node.operator}), of which it is not known how it follows`);
}

/** All tensors of the node that have the axis in that size, counted from the last axis as broadcasting does. */
const elementwise: Rule = (draft, { inputs, outputs }, { tensor, axis, size }) => {
  const { shape } = draft.tensor(tensor);
  const fromEnd = shape.length - axis;
  const before = shape[axis]!;
  return [...inputs, ...outputs].flatMap((name) => {
    if (name === "" || name === tensor) return [];
    const other = draft.tensor(name).shape;
    const at = other.length - fromEnd;
    return at >= 0 && other[at] === before && before !== 1 ? [{ tensor: name, axis: at, size }] : [];
  });
};

/** Between the first input and the first output alone. */
const through =
  (axisOf: (axis: number) => number = (axis) => axis): Rule =>
  (_draft, { inputs, outputs }, { axis, size }, isOutput) => [
    { tensor: isOutput ? inputs[0]! : outputs[0]!, axis: axisOf(axis), size },
  ];

const convolution: Rule = (draft, node, { size }, isOutput) => {
  const [input, weight, bias] = node.inputs as [string, string, string | undefined];
  const group = Number(node.attributes.group ?? 1);
  const channels = draft.tensor(input).shape[1]!;
  const kernels = draft.tensor(weight).shape;
  if (group > 1 && group === channels && kernels[0] === channels) {
    draft.resize(weight, 0, size);
    if (bias) draft.resize(bias, 0, size);
    draft.setAttributes(node.name, { group: size });
    return [{ tensor: isOutput ? input : node.outputs[0]!, axis: 1, size }];
  }
  if (size % group !== 0) refuse(`"${node.name}" has ${group} groups, which do not divide ${size} channels`);
  if (isOutput) {
    draft.resize(weight, 0, size);
    if (bias) draft.resize(bias, 0, size);
  } else draft.resize(weight, 1, size / group);
  return [];
};

const dense: Rule = (draft, node, { axis, size, tensor }, isOutput) => {
  const [, weight, bias] = node.inputs as [string, string, string | undefined];
  const { shape } = draft.tensor(weight);
  if (axis !== draft.tensor(tensor).shape.length - 1) return elementwise(draft, node, { axis, size, tensor }, isOutput);
  if (tensor === weight || !draft.tensor(weight).constant) refuse(`"${node.name}" multiplies two computed matrices`);
  const transposed = node.operator === "Gemm" && Number(node.attributes.transB ?? 0) === 1;
  const [rows, columns] = transposed ? [shape.length - 1, shape.length - 2] : [shape.length - 2, shape.length - 1];
  draft.resize(weight, isOutput ? columns : rows, size);
  if (isOutput && bias) draft.resize(bias, draft.tensor(bias).shape.length - 1, size);
  return [];
};

/** Parameters by channel, and the tensor itself. */
const normalised: Rule = (draft, node, claim, isOutput) => {
  for (const parameter of node.inputs.slice(1)) if (parameter !== "") draft.resize(parameter, 0, claim.size);
  return through()(draft, node, claim, isOutput);
};

/** [1, C, H, W] → [1, C·H·W]. */
const flattened: Rule = (draft, node, { axis, size }, isOutput) => {
  const [input, output] = [node.inputs[0]!, node.outputs[0]!];
  const [from, to] = [draft.tensor(input).shape, draft.tensor(output).shape];
  const rest = to[1]! / from[1]!;
  if (axis !== 1 || to.length !== 2 || !Number.isInteger(rest))
    refuse(`"${node.name}" (${node.operator}) shapes the channels anew`);
  if (isOutput && size % rest !== 0) refuse(`"${node.name}" (${node.operator}) flattens images of ${rest} points`);
  if (node.operator === "Reshape") {
    const target = draft.constant({ shape: [2], type: "int64", values: [to[0]!, -1] });
    draft.update(node.name, { inputs: [input, target] });
  }
  return [isOutput ? { tensor: input, axis: 1, size: size / rest } : { tensor: output, axis: 1, size: size * rest }];
};

const concatenated: Rule = (draft, node, { tensor, axis, size }, isOutput) => {
  const output = node.outputs[0]!;
  const rank = draft.tensor(output).shape.length;
  const along = (Number(node.attributes.axis) + rank) % rank;
  if (along !== axis)
    return [...node.inputs, output].filter((name) => name !== tensor).map((name) => ({ tensor: name, axis, size }));
  if (isOutput) refuse(`"${node.name}" puts several layers side by side: change one of them`);
  return [{ tensor: output, axis, size: draft.tensor(output).shape[axis]! + size - draft.tensor(tensor).shape[axis]! }];
};

const turned: Rule = (draft, node, { axis, size }, isOutput) => {
  const rank = draft.tensor(node.inputs[0]!).shape.length;
  const order =
    (node.attributes.perm as readonly number[] | undefined) ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  return [
    isOutput
      ? { tensor: node.inputs[0]!, axis: order[axis]!, size }
      : { tensor: node.outputs[0]!, axis: order.indexOf(axis), size },
  ];
};

/** Image axes are taken away: the channels stay where they are. */
const reduced: Rule = (draft, node, claim, isOutput) => {
  const [from, to] = [draft.tensor(node.inputs[0]!).shape, draft.tensor(node.outputs[0]!).shape];
  if (claim.axis !== 1 || from[1] !== to[1]) refuse(`"${node.name}" (${node.operator}) reduces the channels`);
  return through()(draft, node, claim, isOutput);
};

const same = (names: string, rule: Rule) => names.split(" ").map((name) => [name, rule] as const);

const rules: Readonly<Record<string, Rule>> = Object.fromEntries([
  ...same("Add Sub Mul Div Pow Max Min Where", elementwise),
  ...same(
    "Relu Clip Sigmoid HardSwish HardSigmoid LeakyRelu Elu Selu Softplus Mish Tanh Erf Gelu Sqrt Exp Abs Neg Identity Dropout Cast Softmax",
    through(),
  ),
  ...same("MaxPool AveragePool GlobalAveragePool GlobalMaxPool Resize Pad QuantizeLinear DequantizeLinear", through()),
  ...same("Conv", convolution),
  ...same("Gemm MatMul", dense),
  ...same("BatchNormalization LayerNormalization", normalised),
  ...same("Flatten Reshape", flattened),
  ...same("Concat", concatenated),
  ...same("Transpose", turned),
  ...same("ReduceMean ReduceMax ReduceSum Squeeze", reduced),
]);
