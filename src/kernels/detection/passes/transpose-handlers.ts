/** How a Transpose passes each operator: which inputs may be transposed, and what changes in the node when they are. */
import { newConstant, setInput } from "../work-edits.js";
import { intAttribute, intsOf, type WorkNode } from "../work-graph.js";
import { equal, normalizeAxes, permute, squeeze } from "./permutation.js";
import {
  allInputs,
  broadcast,
  firstInput,
  type Handler,
  pushSimple,
  setAttribute,
  setInts,
  simple,
  transposeInputs,
} from "./transpose-handler.js";
import { pushThroughUnsqueeze, transposeOutputs } from "./transpose-moves.js";
import { reshape, transposeHandler } from "./transpose-reshapes.js";

const nhwcToNchw = [0, 3, 1, 2];
const nchwToNhwc = [0, 2, 3, 1];

/** Operators with an `axis` that moves along. */
function withAxis(slots: Handler["slots"], fallback?: number): Handler {
  return {
    slots,
    transposesOutputs: true,
    push(push) {
      const given = push.node.attributes.axis ?? fallback;
      const axis = typeof given === "number" ? normalizeAxes([given], push.perm.length) : undefined;
      if (axis === undefined) return false;
      pushSimple(push);
      setAttribute(push.node, "axis", push.perm[axis[0]!]!);
      return true;
    },
  };
}

const sorted = (axes: readonly number[]) => [...axes].sort((a, b) => a - b);

const softmax: Handler = {
  slots: firstInput,
  transposesOutputs: true,
  push(push) {
    if (push.work.opset >= 13) return withAxis(firstInput, -1).push(push);
    const axis = normalizeAxes([intAttribute(push.node, "axis", 1)], push.perm.length)?.[0];
    // Before opset 13 the axes before and after `axis` are flattened: none may cross it.
    if (axis === undefined || push.perm.some((from, to) => from < axis !== to < axis)) return false;
    return pushSimple(push);
  },
};

const reduce: Handler = {
  slots: firstInput,
  transposesOutputs: true,
  push(push) {
    const { work, node, perm } = push;
    const keep = intAttribute(node, "keepdims", 1) !== 0;
    const axes = intsOf(node, "axes", 1);
    if (axes === undefined && node.inputs[1] !== undefined) return false;
    if (axes === undefined || axes.length === 0) {
      transposeInputs(push);
      if (keep || intAttribute(node, "noop_with_empty_axes", 0) !== 0) transposeOutputs(work, node, perm);
      return true;
    }
    const normal = normalizeAxes(axes, perm.length);
    if (normal === undefined) return false;
    const moved = sorted(normal.map((axis) => perm[axis]!));
    setInts(work, node, "axes", 1, moved);
    transposeInputs(push);
    transposeOutputs(work, node, keep ? perm : squeeze(moved, perm));
    return true;
  },
};

const squeezeHandler: Handler = {
  slots: firstInput,
  transposesOutputs: true,
  push(push) {
    const { work, node, perm } = push;
    const axes = normalizeAxes(intsOf(node, "axes", 1) ?? [], perm.length);
    if (axes === undefined || axes.length === 0) return false;
    const moved = sorted(axes.map((axis) => perm[axis]!));
    setInts(work, node, "axes", 1, moved);
    transposeInputs(push);
    transposeOutputs(work, node, squeeze(moved, perm));
    return true;
  },
};

const unsqueezeHandler: Handler = {
  slots: firstInput,
  transposesOutputs: true,
  push({ work, node, perm }) {
    const given = intsOf(node, "axes", 1);
    const axes = given === undefined ? undefined : normalizeAxes(given, perm.length + given.length);
    if (axes === undefined) return false;
    pushThroughUnsqueeze(work, node, perm, axes);
    return true;
  },
};

const slice: Handler = {
  slots: firstInput,
  transposesOutputs: true,
  push(push) {
    const { work, node, perm } = push;
    const starts = intsOf(node, "starts", 1);
    const given = intsOf(node, "axes", 3) ?? (node.inputs[3] === undefined ? starts?.map((_, i) => i) : undefined);
    const axes = given === undefined ? undefined : normalizeAxes(given, perm.length);
    if (axes === undefined) return false;
    const moved = axes.map((axis) => perm[axis]!);
    if (node.attributes.starts !== undefined) setAttribute(node, "axes", moved);
    else setInput(work, node, 3, newConstant(work, `${node.name}/axes`, [moved.length], moved));
    return pushSimple(push);
  },
};

/** One index for a whole axis takes the axis away. As seen in ONNX Runtime 1.30; lists of indices stop a transpose. */
const gather: Handler = {
  slots: firstInput,
  transposesOutputs: true,
  push(push) {
    const { work, node, perm } = push;
    const axis = normalizeAxes([intAttribute(node, "axis", 0)], perm.length)?.[0];
    if (axis === undefined || node.inputs[1]?.shape.length !== 0) return false;
    const moved = perm[axis]!;
    setAttribute(node, "axis", moved);
    transposeInputs(push);
    transposeOutputs(work, node, squeeze([moved], perm));
    return true;
  },
};

const pad: Handler = {
  slots: firstInput,
  transposesOutputs: true,
  push(push) {
    const { work, node, inverse } = push;
    const rank = inverse.length;
    const pads = intsOf(node, "pads", 1);
    if (pads === undefined || pads.length !== 2 * rank) return false;
    setInts(
      work,
      node,
      "pads",
      1,
      [...inverse, ...inverse.map((axis) => axis + rank)].map((i) => pads[i]!),
    );
    return pushSimple(push);
  },
};

const tile: Handler = {
  slots: firstInput,
  transposesOutputs: true,
  push(push) {
    const repeats = intsOf(push.node, "repeats", 1);
    if (repeats === undefined) return false;
    setInts(push.work, push.node, "repeats", 1, permute(repeats, push.inverse));
    return pushSimple(push);
  },
};

const argument: Handler = {
  slots: firstInput,
  transposesOutputs: true,
  push(push) {
    const axis = normalizeAxes([intAttribute(push.node, "axis", 0)], push.perm.length)?.[0];
    if (axis === undefined) return false;
    const moved = push.perm[axis]!;
    setAttribute(push.node, "axis", moved);
    transposeInputs(push);
    const keep = intAttribute(push.node, "keepdims", 1) !== 0;
    transposeOutputs(push.work, push.node, keep ? push.perm : squeeze([moved], push.perm));
    return true;
  },
};

/** Only once it is known that the CPU runs it, and only between NCHW and NHWC. */
const resize: Handler = {
  slots: firstInput,
  transposesOutputs: true,
  push(push) {
    const { work, node, perm, inverse } = push;
    if (!equal(perm, nchwToNhwc) && !equal(perm, nhwcToNchw)) return false;
    for (let slot = 1; slot < node.inputs.length; slot++) {
      const values = node.inputs[slot]?.values;
      if (node.inputs[slot] === undefined || values === undefined || values.length === 0) continue;
      const moved = values.length === 8 ? [...inverse, ...inverse.map((axis) => axis + 4)] : inverse;
      const constant = newConstant(
        work,
        `${node.name}/input${slot}`,
        [values.length],
        moved.map((i) => values[i]!),
        node.inputs[slot]!.type,
      );
      setInput(work, node, slot, constant);
    }
    return pushSimple(push);
  },
};

/** Integer pooling works on either order of axes: it takes the transposed tensor and says so in `channels_last`. */
const quantizedPool: Handler = {
  slots: firstInput,
  transposesOutputs: true,
  push(push) {
    const last = intAttribute(push.node, "channels_last", 0) === 1;
    if (!equal(push.perm, last ? nchwToNhwc : nhwcToNchw)) return false;
    setAttribute(push.node, "channels_last", last ? 0 : 1);
    return pushSimple(push);
  },
};

/** Maximum pooling of integers is faster with channels last: the cost does not matter. */
const quantizedMaxPool: Handler = {
  slots: firstInput,
  transposesOutputs: true,
  always: true,
  push(push) {
    const { node } = push;
    if (node.attributes.channels_last === 1 || node.outputs.length > 1 || !equal(push.perm, nhwcToNchw)) return false;
    setAttribute(node, "channels_last", 1);
    return pushSimple(push);
  },
};

const unary =
  "Cast Exp Gelu Identity LeakyRelu Log Reciprocal Relu Sigmoid Sqrt Tanh Abs Not Ceil Floor Neg Erf HardSigmoid Round IsInf IsNaN Selu Shrink Sign " +
  "Softplus Softsign ThresholdedRelu Celu HardSwish Sin Cos Tan Sinh Cosh Asin Acos Atan Asinh Acosh Atanh";
const binary =
  "Add Max Min Mul Sub Div And Or Xor Mod PRelu BitShift Equal Greater Less GreaterOrEqual LessOrEqual Mean Sum Pow Where";
const reductions =
  "ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare ReduceL1 ReduceL2";

const each = (operators: string, handler: Handler): [string, Handler][] =>
  operators.split(" ").map((operator) => [operator, handler]);

const handlers = new Map<string, Handler>([
  ...each(unary, simple(allInputs)),
  ...each(binary, broadcast),
  ...each(reductions, reduce),
  ...each("Clip CastLike QuantizeLinear DequantizeLinear", simple(firstInput)),
  ...each("ArgMin ArgMax", argument),
  ...each("Softmax Hardmax LogSoftmax", softmax),
  ["Transpose", transposeHandler],
  ["Concat", withAxis(allInputs)],
  ["Split", withAxis(firstInput, 0)],
  ["Pad", pad],
  ["Squeeze", squeezeHandler],
  ["Unsqueeze", unsqueezeHandler],
  ["Slice", slice],
  ["Gather", gather],
  ["Tile", tile],
  ["Reshape", reshape],
]);

const quantizedHandlers = new Map<string, Handler>([
  ...each("Add Mul", broadcast),
  ...each("Sigmoid LeakyRelu", simple(firstInput)),
  ...each("AveragePool GlobalAveragePool", quantizedPool),
  ["Concat", withAxis(allInputs)],
  ["Softmax", softmax],
]);

export function handlerOf(node: WorkNode, assigned: boolean): Handler | undefined {
  if (node.activation !== undefined) return undefined;
  if (node.domain === "quantized") return quantizedHandlers.get(node.operator);
  if (node.domain !== "") return undefined;
  if (assigned && node.operator === "Resize") return resize;
  if (assigned && node.operator === "MaxPool") return isByte(node.inputs[0]?.type) ? quantizedMaxPool : undefined;
  return handlers.get(node.operator);
}

const isByte = (type: string | undefined) => type === "uint8" || type === "int8";
