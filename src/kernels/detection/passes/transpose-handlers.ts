/** How a Transpose passes each operator: which inputs may be transposed, and what changes in the node when they are. */
import {
  addNode,
  intAttribute,
  intsOf,
  newConstant,
  removeNode,
  setInput,
  type WorkGraph,
  type WorkNode,
} from "../work-graph.js";
import { compose, equal, invert, normalizeAxes, type Permutation, permute, squeeze } from "./permutation.js";
import {
  cancel,
  equalizeRanks,
  type Push,
  permOf,
  pushThroughUnsqueeze,
  transposeInput,
  transposeOutputs,
} from "./transpose-moves.js";

export interface Handler {
  slots(node: WorkNode): readonly number[];
  /** Changes the graph and says so; false means that nothing was changed. */
  push(push: Push): boolean;
  readonly transposesOutputs: boolean;
  /** Pushed whatever it costs. */
  readonly always?: boolean;
}

const nhwcToNchw = [0, 3, 1, 2];
const nchwToNhwc = [0, 2, 3, 1];

const firstInput = () => [0];
const allInputs = (node: WorkNode) => node.inputs.map((_, slot) => slot);
const inputsWithAxes = (node: WorkNode) => allInputs(node).filter((slot) => (node.inputs[slot]?.shape.length ?? 0) > 0);

function transposeInputs({ work, node, slots, inverse }: Push): void {
  for (const slot of slots) transposeInput(work, node, slot, inverse);
}

function pushSimple(push: Push): boolean {
  transposeInputs(push);
  transposeOutputs(push.work, push.node, push.perm);
  return true;
}

const simple = (slots: Handler["slots"]): Handler => ({ slots, push: pushSimple, transposesOutputs: true });
const broadcast: Handler = {
  slots: inputsWithAxes,
  push: (push) => equalizeRanks(push) && pushSimple(push),
  transposesOutputs: true,
};

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

function setAttribute(node: WorkNode, name: string, value: number | readonly number[]): void {
  node.attributes = { ...node.attributes, [name]: value };
}

/** Writes a list of integers back to where the node has it: attribute or input. */
function setInts(work: WorkGraph, node: WorkNode, attribute: string, slot: number, values: readonly number[]): void {
  if (node.attributes[attribute] !== undefined) setAttribute(node, attribute, values);
  else setInput(work, node, slot, newConstant(work, `${node.name}/${attribute}`, [values.length], values));
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

/** Two permutations in a row cancel or become one. `nodePerm` is what `node` does to the output of the Transpose. */
function merge(push: Push, nodePerm: Permutation): boolean {
  const { work, transpose, node, perm, inverse } = push;
  if (equal(inverse, nodePerm)) {
    cancel(push);
    return true;
  }
  const combined = compose(perm, nodePerm);
  let target = node;
  if (node.operator === "Transpose") {
    setInput(work, node, 0, transpose.inputs[0]);
    setAttribute(node, "perm", combined);
  } else {
    const output = node.outputs[0]!;
    removeNode(work, node);
    target = addNode(work, "Transpose", "", [transpose.inputs[0]], [output], { perm: combined }, node.sources);
  }
  const made = transpose.outputs[0]!;
  if (made.consumers.length === 0 && !made.isOutput) {
    removeNode(work, transpose);
    target.sources = [...transpose.sources, ...target.sources];
  }
  return true;
}

const transposeHandler: Handler = {
  slots: firstInput,
  transposesOutputs: false,
  push(push) {
    const second = permOf(push.node);
    return second !== undefined && second.length === push.perm.length && merge(push, second);
  },
};

const reshape: Handler = {
  slots: firstInput,
  transposesOutputs: false,
  push(push) {
    const from = push.transpose.outputs[0]!.shape;
    const to = push.node.outputs[0]!.shape;
    if (push.node.inputs[1]?.constant !== true) return false;
    const asPerm = permutationOfReshape(from, to);
    return asPerm === undefined ? splitAxes(push, axisGroups(from, to)) : merge(push, asPerm);
  },
};

/**
 * The output axes that each input axis is split into, where a Reshape does nothing but split: axes of length 1 belong
 * to what follows them. As seen in ONNX Runtime 1.30; the published source has no such handler yet.
 */
function axisGroups(from: readonly number[], to: readonly number[]): number[][] | undefined {
  const groups: number[][] = [];
  let next = 0;
  for (const size of from) {
    const group: number[] = [];
    let product = 1;
    do {
      if (next === to.length) return undefined;
      product *= to[next]!;
      group.push(next++);
    } while (product < size);
    if (product !== size) return undefined;
    groups.push(group);
  }
  return next === to.length ? groups : undefined;
}

/** The Reshape splits the axes of the tensor as it was before the Transpose, which then permutes whole groups. */
function splitAxes(push: Push, groups: readonly number[][] | undefined): boolean {
  if (groups === undefined) return false;
  const { work, node, inverse } = push;
  const to = node.outputs[0]!.shape;
  const order = inverse.flatMap((axis) => groups[axis]!);
  const shape = order.map((axis) => to[axis]!);
  setInput(work, node, 1, newConstant(work, `${node.name}/shape`, [shape.length], shape));
  transposeInputs(push);
  transposeOutputs(work, node, invert(order));
  return true;
}

/** A Reshape that only moves axes of size 1 is a permutation; undefined for any other. */
function permutationOfReshape(from: readonly number[], to: readonly number[]): number[] | undefined {
  if (from.length !== to.length) return undefined;
  const left: number[] = [...from];
  const perm: number[] = [];
  for (const target of to) {
    let at = 0;
    while (at < left.length && left[at] !== target) {
      if (left[at] !== -1 && left[at] !== 1 && target !== 1) return undefined;
      at++;
    }
    if (at === left.length) return undefined;
    perm.push(at);
    left[at] = -1;
  }
  return perm;
}

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
