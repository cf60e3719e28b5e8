/**
 * ONNX Runtime's NCHWc layout: convolutions and what lies between them work on channels in blocks of 8 or 16; nodes
 * that change the layout come in where a blocked tensor meets a plain one. Blocked convolutions also take in a following
 * addition, activation or hard swish.
 * Sources: onnxruntime/core/optimizer/nchwc_transformer.cc; pull requests 7442 (alignment of 4), 27691 and 27821 (GELU,
 * channel scaling), 31957 (hard swish) of microsoft/onnxruntime.
 */
import {
  addNode,
  newConstant,
  newValue,
  removeNode,
  replaceInputs,
  setInput,
  setOperator,
  setOutput,
} from "../work-edits.js";
import { intAttribute, type WorkGraph, type WorkNode, type WorkValue } from "../work-graph.js";
import { runningOrder } from "../work-order.js";
import {
  type Blocked,
  type BlockedLayoutRule,
  type Conversion,
  fuse,
  isPerm,
  makeBlocked,
  readBlocked,
  takesMore,
} from "./blocked-tensors.js";
import { activationName } from "./fuse-activation.js";
export function convertToBlocked(work: WorkGraph, rule: BlockedLayoutRule, block: number): boolean {
  if (block <= 1) return false;
  const conversion: Conversion = { work, rule, block, blocked: new Map(), reordered: new Map(), changed: false };
  for (const node of runningOrder(work)) if (node.alive) convert(conversion, node);
  for (const [plain, { value, channels }] of conversion.blocked) {
    if (plain.consumers.length > 0 || plain.isOutput) {
      addNode(work, "ReorderOutput", "nchwc", [value], [plain], { channels, channels_last: 0 }, []);
    }
  }
  return conversion.changed;
}

function convert(c: Conversion, node: WorkNode): void {
  if (node.domain === "nchwc" || node.domain === "quantized") return;
  const { operator } = node;
  if (operator === "Conv") convertConv(c, node);
  else if (operator === "MaxPool" || operator === "AveragePool") convertPool(c, node);
  else if (node.inputs.every((input) => input === undefined || input.producer === undefined)) convertFollower(c, node);
}

/** Nodes that are converted only where every computed input is blocked already. */
function convertFollower(c: Conversion, node: WorkNode): void {
  const { operator } = node;
  if (operator === "Add" || operator === "Sum") convertBinary(c, node, true);
  else if (operator === "Mul") {
    if (!convertChannelScale(c, node)) convertBinary(c, node, false);
  } else if (operator === "Concat") convertConcat(c, node);
  else if (c.rule.activations.includes(operator) || c.rule.elementwise.includes(operator)) convertActivation(c, node);
  else if (operator === "BatchNormalization") convertBatchNorm(c, node);
  else if (operator === "Transpose") convertTranspose(c, node);
  else if (operator === "Resize" || operator === "Upsample") convertResize(c, node);
  else if (operator === "GlobalAveragePool" || operator === "GlobalMaxPool") convertPool(c, node);
}

function convertConv(c: Conversion, node: WorkNode): void {
  const [input, weight, bias] = node.inputs;
  if (weight?.constant !== true || weight.type !== "float32" || weight.shape.length !== 4) return;
  if (bias !== undefined && !bias.constant) return;
  if (input === undefined || node.inputs[3] !== undefined) return;
  const [cout, cinPerGroup] = weight.shape as [number, number];
  const layout = convLayout(c, cout, cinPerGroup, intAttribute(node, "group", 1));
  if (layout === undefined) return;
  node.domain = "nchwc";
  if (layout === "blocked") readBlocked(c, node);
  makeBlocked(c, node, cout);
}

/** `plain` where few input channels are read as they are, undefined where the convolution stays as it is. */
function convLayout(
  { block, rule }: Conversion,
  cout: number,
  cinPerGroup: number,
  groups: number,
): "blocked" | "plain" | undefined {
  const aligned = (channels: number) => channels % rule.channelAlignment === 0;
  if (groups > 1) {
    if (!aligned(cout)) return undefined;
    if (cinPerGroup === 1 && cout === groups) return "blocked";
    const whole =
      cout % block === 0 && cinPerGroup % block === 0 && cout % groups === 0 && (cout / groups) % block === 0;
    return whole ? "blocked" : undefined;
  }
  if (cinPerGroup < block) return "plain";
  return aligned(cinPerGroup) ? "blocked" : undefined;
}

function convertPool(c: Conversion, node: WorkNode): void {
  const input = node.inputs[0]!;
  if (node.outputs.length > 1 || input.type !== "float32" || input.shape.length !== 4) return;
  const channels = input.shape[1]!;
  if (channels % c.block !== 0) return;
  node.domain = "nchwc";
  readBlocked(c, node);
  makeBlocked(c, node, channels);
}

function convertBinary(c: Conversion, node: WorkNode, isSum: boolean): void {
  const inputs = node.inputs.map((input) => (input === undefined ? undefined : c.blocked.get(input)));
  if (inputs.some((input) => input === undefined)) return;
  const blocked = inputs as Blocked[];
  const [first] = blocked as [Blocked];
  if (blocked.some((input) => input.channels !== first.channels)) return;
  const alike = blocked.every((input) => input.value.shape.every((size, axis) => size === first.value.shape[axis]));
  if (!alike) {
    if (isSum) addReshaped(c, node, blocked);
    return;
  }
  replaceInputs(
    c.work,
    node,
    blocked.map((input) => input.value),
  );
  if (isSum && blocked.length === 2) {
    for (const slot of [0, 1]) {
      const target = blocked[slot]!;
      if (!takesMore(target) || target.node.inputs[3] !== undefined) continue;
      const other = blocked[1 - slot]!.value;
      replaceInputs(c.work, node, []);
      setInput(c.work, target.node, 3, other);
      fuse(c, node, target);
      return;
    }
  }
  makeBlocked(c, node, first.channels);
}

/** Shapes that broadcast: the tensors are added with the channel blocks as an axis of their own. */
function addReshaped(c: Conversion, node: WorkNode, blocked: readonly Blocked[]): void {
  const reshaped = blocked.map(({ value }) => {
    const split = newValue(c.work, `${value.name}/blocks`, blockShape(c, value.shape), value.type);
    addNode(c.work, "Reshape", "", [value, newConstant(c.work, `${value.name}/shape`, [5])], [split], {}, []);
    return split;
  });
  replaceInputs(c.work, node, reshaped);
  const plain = node.outputs[0]!;
  const sum = newValue(c.work, `${plain.name}/blocks`, blockShape(c, plain.shape), plain.type);
  setOutput(c.work, node, 0, sum);
  const joined = addNode(
    c.work,
    "Reshape",
    "",
    [sum, newConstant(c.work, `${plain.name}/shape`, [4])],
    [plain],
    {},
    [],
  );
  makeBlocked(c, joined, blocked[0]!.channels);
}

const blockShape = ({ block }: Conversion, [n, channels, h, w]: readonly number[]) => [
  n!,
  Math.ceil(channels! / block),
  h!,
  w!,
  block,
];

/** A factor per channel becomes a depthwise 1×1 convolution. */
function convertChannelScale(c: Conversion, node: WorkNode): boolean {
  const slot = node.inputs[0]?.constant === true ? 0 : 1;
  const [scale, input] = [node.inputs[slot], node.inputs[1 - slot]];
  const blocked = input === undefined ? undefined : c.blocked.get(input);
  if (scale?.constant !== true || blocked === undefined) return false;
  const { shape } = scale;
  const perChannel =
    (shape.length === 3 && shape[0] === blocked.channels && shape[1] === 1 && shape[2] === 1) ||
    (shape.length === 4 && shape[0] === 1 && shape[1] === blocked.channels && shape[2] === 1 && shape[3] === 1);
  if (!perChannel) return false;
  toDepthwise(c, node, blocked);
  return true;
}

function convertBatchNorm(c: Conversion, node: WorkNode): void {
  const blocked = c.blocked.get(node.inputs[0]!);
  if (blocked === undefined || node.outputs.length > 1 || intAttribute(node, "training_mode", 0) !== 0) return;
  if (!node.inputs.slice(1).every((input) => input?.constant === true)) return;
  toDepthwise(c, node, blocked);
}

function toDepthwise(c: Conversion, node: WorkNode, blocked: Blocked): void {
  const { channels } = blocked;
  const weight = newConstant(c.work, `${node.name}/weight`, [channels, 1, 1, 1], undefined, "float32");
  const bias = newConstant(c.work, `${node.name}/bias`, [channels], undefined, "float32");
  replaceInputs(c.work, node, [blocked.value, weight, bias]);
  setOperator(c.work, node, "Conv", "nchwc");
  node.attributes = { group: channels, kernel_shape: [1, 1] };
  makeBlocked(c, node, channels);
}

function convertConcat(c: Conversion, node: WorkNode): void {
  if (intAttribute(node, "axis", Number.NaN) !== 1) return;
  const inputs: WorkValue[] = [];
  let channels = 0;
  for (const input of node.inputs) {
    const blocked = input === undefined ? undefined : c.blocked.get(input);
    if (blocked === undefined || blocked.channels % c.block !== 0) return;
    channels += blocked.channels;
    inputs.push(blocked.value);
  }
  replaceInputs(c.work, node, inputs);
  makeBlocked(c, node, channels);
}

function convertActivation(c: Conversion, node: WorkNode): void {
  const blocked = c.blocked.get(node.inputs[0]!);
  if (blocked === undefined || fuseHardSwish(c, node, blocked)) return;
  setInput(c.work, node, 0, blocked.value);
  if (takesMore(blocked) && c.rule.activations.includes(node.operator)) {
    blocked.node.activation = activationName(node);
    fuse(c, node, blocked);
  } else {
    makeBlocked(c, node, blocked.channels);
  }
}

/** x · hard-sigmoid(x) of a convolution's output, which nothing else reads; not where the product leaves the graph. */
function fuseHardSwish(c: Conversion, node: WorkNode, blocked: Blocked): boolean {
  if (node.operator !== "HardSigmoid" || blocked.uses !== 2 || !takesMore({ ...blocked, uses: 1 })) return false;
  const { alpha = 0.2, beta = 0.5 } = node.attributes as { alpha?: number; beta?: number };
  if (Math.abs(alpha - 1 / 6) > 1e-4 || Math.abs(beta - 0.5) > 1e-4) return false;
  const gate = node.outputs[0]!;
  const input = node.inputs[0]!;
  const [mul] = gate.consumers;
  if (gate.consumers.length !== 1 || gate.isOutput || mul?.operator !== "Mul" || mul.domain !== "") return false;
  if (!mul.inputs.includes(input) || mul.outputs[0]!.isOutput) return false;
  removeNode(c.work, node);
  blocked.node.sources = [...blocked.node.sources, ...node.sources];
  blocked.node.activation = "HardSwish";
  fuse(c, mul, blocked);
  return true;
}

/** NCHW to NHWC is done while the layout is changed back. */
function convertTranspose(c: Conversion, node: WorkNode): void {
  const blocked = c.blocked.get(node.inputs[0]!);
  if (blocked === undefined || !isPerm(node, "0,2,3,1")) return;
  setInput(c.work, node, 0, blocked.value);
  setOperator(c.work, node, "ReorderOutput", "nchwc");
  node.attributes = { channels: blocked.channels, channels_last: 1 };
  c.changed = true;
}

function convertResize(c: Conversion, node: WorkNode): void {
  const blocked = c.blocked.get(node.inputs[0]!);
  if (blocked === undefined || !isBlockedResize(node, c.work.opset)) return;
  replaceInputs(c.work, node, [blocked.value]);
  setOperator(c.work, node, "Upsample", "nchwc");
  makeBlocked(c, node, blocked.channels);
}

function isBlockedResize(node: WorkNode, opset: number): boolean {
  const { mode = "nearest", nearest_mode: rounding, coordinate_transformation_mode: coordinates } = node.attributes;
  if (mode !== "nearest" && mode !== "linear") return false;
  if (node.operator === "Resize" && opset >= 11) {
    if (mode === "nearest" && (coordinates !== "asymmetric" || rounding !== "floor")) return false;
    if (mode === "linear" && !linearCoordinates.has(String(coordinates ?? "half_pixel"))) return false;
  }
  const scales = constantScales(node, opset) ?? [];
  const whole = scales.every((scale) => scale >= 1 && Number.isInteger(scale));
  return whole && scales[0] === 1 && scales[1] === 1;
}

const linearCoordinates = new Set(["asymmetric", "align_corners", "half_pixel"]);

/** Factors by axis, given or following from constant sizes. */
function constantScales(node: WorkNode, opset: number): number[] | undefined {
  const sizes = node.inputs[3];
  const scales = node.inputs[node.operator === "Resize" && opset >= 11 ? 2 : 1];
  if (sizes?.values?.length === 4) return Array.from(sizes.values, (size, axis) => size / node.inputs[0]!.shape[axis]!);
  return scales?.constant === true && scales.values?.length === 4 ? Array.from(scales.values) : undefined;
}
