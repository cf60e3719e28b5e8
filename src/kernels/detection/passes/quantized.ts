/**
 * ONNX Runtime on models in QDQ form: an operator between DequantizeLinear and QuantizeLinear becomes one that works on
 * integers, or on their bytes as they are where it only moves them.
 * Sources: onnxruntime/core/optimizer/qdq_transformer: selectors_actions/qdq_selector_action_transformer.cc (which
 * operators), qdq_propagation.cc, ensure_unique_dq_for_node_unit.cc, relu_quantizelinear.cc, clip_quantizelinear.cc.
 */
import type { PassRule } from "../rule-schema.js";
import { addNode, bypass, newValue, removeNode, setInput, setOutput } from "../work-edits.js";
import { has, scalarOf, soleConsumer, type WorkGraph, type WorkNode, type WorkValue } from "../work-graph.js";
import { runningOrder } from "../work-order.js";

export type FuseQuantizedRule = Extract<PassRule, { pass: "fuse-quantized" }>;

const isDequantize = (node: WorkNode | undefined): node is WorkNode =>
  node?.operator === "DequantizeLinear" && node.domain === "";
const isQuantize = (node: WorkNode | undefined): node is WorkNode =>
  node?.operator === "QuantizeLinear" && node.domain === "";

/** Gives every reader of a dequantised tensor a DequantizeLinear of its own. */
export function splitDequantize(work: WorkGraph): boolean {
  if (!has(work, "DequantizeLinear")) return false;
  let changed = false;
  for (const node of runningOrder(work)) {
    if (!isDequantize(node)) continue;
    const output = node.outputs[0]!;
    const readers = output.isOutput ? [...output.consumers] : output.consumers.slice(1);
    for (const reader of readers) {
      const copy = newValue(work, `${output.name}/copy`, output.shape, output.type);
      addNode(work, "DequantizeLinear", "", node.inputs.slice(), [copy], node.attributes, []);
      setInput(work, reader, reader.inputs.lastIndexOf(output), copy);
      changed = true;
    }
  }
  return changed;
}

/** ReLU and clips that quantisation does anyway, because the smallest and largest integers stand for their bounds. */
export function dropQuantizedClip(work: WorkGraph): boolean {
  if (!has(work, "QuantizeLinear")) return false;
  let changed = false;
  for (const node of runningOrder(work)) {
    if (!node.alive || node.domain !== "" || (node.operator !== "Relu" && node.operator !== "Clip")) continue;
    const quantize = soleConsumer(node.outputs[0]!);
    if (!isQuantize(quantize) || !covers(node, quantize)) continue;
    const { sources } = node;
    bypass(work, node);
    quantize.sources = [...sources, ...quantize.sources];
    changed = true;
  }
  return changed;
}

/** Whether all that `quantize` can express lies within the bounds of the clip. */
function covers(clip: WorkNode, quantize: WorkNode): boolean {
  const scale = scalarOf(quantize.inputs[1]);
  const zero = quantize.inputs[2] === undefined ? 0 : scalarOf(quantize.inputs[2]);
  if (scale === undefined || zero === undefined) return false;
  const signed = quantize.outputs[0]!.type === "int8";
  const [lowest, highest] = signed ? [-128, 127] : [0, 255];
  const bound = (slot: number, name: string, fallback: number) =>
    clip.inputs[slot]?.values?.[0] ?? (clip.attributes[name] as number | undefined) ?? fallback;
  const min = clip.operator === "Relu" ? 0 : bound(1, "min", Number.NEGATIVE_INFINITY);
  const max = clip.operator === "Relu" ? Number.POSITIVE_INFINITY : bound(2, "max", Number.POSITIVE_INFINITY);
  const slack = 1e-6;
  return (lowest - zero) * scale >= min - slack && (highest - zero) * scale <= max + slack;
}

/** Operators that only move elements get quantisation on both sides where they have it on one. */
export function propagateQuantization(work: WorkGraph, through: readonly string[]): boolean {
  if (!has(work, "DequantizeLinear") && !has(work, "QuantizeLinear")) return false;
  let changed = false;
  const order = runningOrder(work);
  for (const node of order) {
    if (!node.alive || node.domain !== "" || !through.includes(node.operator)) continue;
    const before = node.inputs[0]?.producer;
    const after = soleConsumer(node.outputs[0]!);
    if (
      isDequantize(before) &&
      soleConsumer(before.outputs[0]!) === node &&
      after !== undefined &&
      !isQuantize(after)
    ) {
      insertPair(work, node, before);
      changed = true;
    }
  }
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i]!;
    if (!node.alive || node.domain !== "" || !through.includes(node.operator)) continue;
    const input = node.inputs[0]!;
    const after = soleConsumer(node.outputs[0]!);
    if (
      isQuantize(after) &&
      input.producer !== undefined &&
      !isDequantize(input.producer) &&
      soleConsumer(input) === node
    ) {
      setInput(work, node, 0, quantizedCopy(work, input, after));
      changed = true;
    }
  }
  return changed;
}

/**
 * What moving transposes leaves behind: a DequantizeLinear straight in front of the QuantizeLinear that undoes it goes,
 * a Transpose between only one of the two gets the other pair (FixQDQNodeUnits in onnx_transpose_optimization.cc).
 */
export function repairQuantization(work: WorkGraph): boolean {
  if (!has(work, "DequantizeLinear")) return false;
  let changed = false;
  for (const node of runningOrder(work)) {
    if (!node.alive) continue;
    if (node.operator === "Transpose" && node.domain === "") changed = completeTranspose(work, node) || changed;
    else if (isQuantize(node)) changed = dropEmptyPair(work, node) || changed;
  }
  return changed;
}

function dropEmptyPair(work: WorkGraph, quantize: WorkNode): boolean {
  const before = quantize.inputs[0]?.producer;
  if (!isDequantize(before) || soleConsumer(before.outputs[0]!) !== quantize || !sameParameters(before, quantize))
    return false;
  const reader = soleConsumer(quantize.outputs[0]!);
  const integers = before.inputs[0]!;
  if (reader === undefined) return false;
  removeNode(work, quantize);
  removeNode(work, before);
  setInput(work, reader, reader.inputs.indexOf(quantize.outputs[0]!), integers);
  reader.sources = [...before.sources, ...quantize.sources, ...reader.sources];
  return true;
}

function completeTranspose(work: WorkGraph, node: WorkNode): boolean {
  const input = node.inputs[0]!;
  const before = input.producer;
  const after = soleConsumer(node.outputs[0]!);
  if (isDequantize(before) && !isQuantize(after) && node.outputs[0]!.consumers.length <= 1) {
    insertPair(work, node, before);
    return true;
  }
  if (!isQuantize(after) || before === undefined || isDequantize(before) || soleConsumer(input) !== node) return false;
  setInput(work, node, 0, quantizedCopy(work, input, after));
  return true;
}

/** Quantises what `node` makes with the parameters of `like`, and dequantises it again. */
function insertPair(work: WorkGraph, node: WorkNode, like: WorkNode): void {
  const output = node.outputs[0]!;
  const plain = newValue(work, `${output.name}/plain`, output.shape, output.type);
  setOutput(work, node, 0, plain);
  const integers = newValue(work, `${output.name}/quantized`, output.shape, like.inputs[0]!.type);
  addNode(work, "QuantizeLinear", "", [plain, ...like.inputs.slice(1)], [integers], {}, []);
  addNode(work, "DequantizeLinear", "", [integers, ...like.inputs.slice(1)], [output], {}, []);
}

function quantizedCopy(work: WorkGraph, value: WorkValue, like: WorkNode): WorkValue {
  const integers = newValue(work, `${value.name}/quantized`, value.shape, like.outputs[0]!.type);
  const plain = newValue(work, `${value.name}/dequantized`, value.shape, value.type);
  addNode(work, "QuantizeLinear", "", [value, ...like.inputs.slice(1)], [integers], {}, []);
  addNode(work, "DequantizeLinear", "", [integers, ...like.inputs.slice(1)], [plain], {}, []);
  return plain;
}

/** Takes DequantizeLinear before and QuantizeLinear after an operator into it. */
export function fuseQuantized(work: WorkGraph, rule: FuseQuantizedRule): boolean {
  if (!has(work, "DequantizeLinear")) return false;
  let changed = false;
  for (const node of runningOrder(work)) {
    if (!node.alive || node.domain !== "") continue;
    const { operator } = node;
    if (rule.moving.includes(operator)) changed = fuseMoving(work, node) || changed;
    else if (rule.unary.includes(operator)) changed = fuseComputing(work, node, 1, false) || changed;
    else if (rule.binary.includes(operator)) changed = fuseComputing(work, node, 2, false) || changed;
    else if (rule.variadic.includes(operator))
      changed = fuseComputing(work, node, node.inputs.length, false) || changed;
    else if (rule.products.includes(operator)) changed = fuseComputing(work, node, 2, operator !== "Conv") || changed;
  }
  return changed;
}

/** The QuantizeLinear that alone reads the node's output. */
function quantizeAfter(node: WorkNode): WorkNode | undefined {
  const next = soleConsumer(node.outputs[0]!);
  return isQuantize(next) ? next : undefined;
}

function fuseMoving(work: WorkGraph, node: WorkNode): boolean {
  // Interpolation between integers would round where the model does not.
  if (node.operator === "Resize" && (node.attributes.mode ?? "nearest") !== "nearest") return false;
  const before = node.inputs[0]?.producer;
  if (!isDequantize(before) || soleConsumer(before.outputs[0]!) !== node) return false;
  const after = node.outputs.map((output) => soleConsumer(output));
  if (!after.every((quantize) => isQuantize(quantize) && sameParameters(before, quantize))) return false;
  takeInput(work, node, 0);
  for (const [slot, quantize] of after.entries()) takeOutput(work, node, slot, quantize!);
  return true;
}

/** `floating`: without QuantizeLinear behind it the operator puts floating-point numbers out. */
function fuseComputing(work: WorkGraph, node: WorkNode, operands: number, floating: boolean): boolean {
  const slots = Array.from({ length: operands }, (_, slot) => slot).filter(
    (slot) => node.inputs[slot]?.constant === false,
  );
  const dequantized = slots.every((slot) => {
    const before = node.inputs[slot]?.producer;
    return isDequantize(before) && soleConsumer(before.outputs[0]!) !== undefined;
  });
  // Weights that are kept as floats keep the product in floats.
  const hasFloats = floating && node.inputs[1]?.constant === true && node.inputs[1].stored === undefined;
  if (slots.length === 0 || !dequantized || hasFloats) return false;
  const after = quantizeAfter(node);
  if (after === undefined && !floating) return false;
  for (const slot of slots) takeInput(work, node, slot);
  if (after !== undefined) takeOutput(work, node, 0, after);
  node.domain = "quantized";
  return true;
}

function takeInput(work: WorkGraph, node: WorkNode, slot: number): void {
  const before = node.inputs[slot]!.producer!;
  setInput(work, node, slot, before.inputs[0]);
  if (before.outputs[0]!.consumers.length > 0) return;
  removeNode(work, before);
  node.sources = [...before.sources, ...node.sources];
}

function takeOutput(work: WorkGraph, node: WorkNode, slot: number, quantize: WorkNode): void {
  const output = quantize.outputs[0]!;
  removeNode(work, quantize);
  setOutput(work, node, slot, output);
  node.sources = [...node.sources, ...quantize.sources];
}

function sameParameters(dequantize: WorkNode, quantize: WorkNode): boolean {
  const zero = (node: WorkNode) => (node.inputs[2] === undefined ? 0 : scalarOf(node.inputs[2]));
  const scale = scalarOf(dequantize.inputs[1]);
  return scale !== undefined && scale === scalarOf(quantize.inputs[1]) && zero(dequantize) === zero(quantize);
}
