/**
 * Products of 8-bit integers whose activations are quantised on the way, as quantisers write them: DynamicQuantizeLinear, MatMulInteger,
 * Cast, Mul with the product of both scales, Add of a bias. ONNX Runtime makes one node of the last four, and of all five where nothing else
 * reads what was quantised (onnxruntime/core/optimizer/matmul_integer_to_float.cc, dynamic_quantize_matmul_fusion.cc).
 */
import { removeNode, replaceInputs, setOperator, setOutput } from "../work-edits.js";
import { has, type WorkGraph, type WorkNode, type WorkValue } from "../work-graph.js";
import { nodesOf } from "../work-order.js";

export function dynamicProducts(work: WorkGraph): boolean {
  if (!has(work, "MatMulInteger")) return false;
  let changed = false;
  for (const node of nodesOf(work)) {
    const chain = node.alive && node.operator === "MatMulInteger" && node.domain === "" ? chainOf(node) : undefined;
    if (chain === undefined) continue;
    fuse(work, node, chain);
    changed = true;
  }
  for (const node of nodesOf(work))
    if (node.alive && node.operator === "MatMulIntegerToFloat") takeQuantizer(work, node);
  return changed;
}

interface Chain {
  readonly cast: WorkNode;
  readonly scaled: WorkNode;
  readonly scales: WorkNode;
  /** Scale of the activations, of the weights. */
  readonly left: WorkValue;
  readonly right: WorkValue;
  readonly add?: WorkNode | undefined;
}

const soleReader = (value: WorkValue | undefined): WorkNode | undefined =>
  value === undefined || value.isOutput || value.consumers.length !== 1 ? undefined : value.consumers[0];

const isPlain = (node: WorkNode | undefined, operator: string): node is WorkNode =>
  node !== undefined && node.operator === operator && node.domain === "";

function chainOf(product: WorkNode): Chain | undefined {
  const quantizer = product.inputs[0]?.producer;
  const cast = soleReader(product.outputs[0]);
  if (!isPlain(quantizer, "DynamicQuantizeLinear") || !isPlain(cast, "Cast")) return undefined;
  const scaled = soleReader(cast.outputs[0]);
  if (!isPlain(scaled, "Mul")) return undefined;
  const scales = scaled.inputs.map((input) => input?.producer).find((maker) => isPlain(maker, "Mul"));
  if (!isPlain(scales, "Mul") || soleReader(scales.outputs[0]) !== scaled) return undefined;
  const left = scales.inputs.find((input) => input?.producer === quantizer);
  const right = scales.inputs.find((input) => input?.constant === true);
  if (left === undefined || right === undefined) return undefined;
  const add = soleReader(scaled.outputs[0]);
  const hasBias =
    isPlain(add, "Add") && add.inputs.some((input) => input?.constant === true && input.shape.length === 1);
  return { cast, scaled, scales, left, right, add: hasBias ? add : undefined };
}

function fuse(work: WorkGraph, product: WorkNode, { cast, scaled, scales, left, right, add }: Chain): void {
  const bias = add?.inputs.find((input) => input?.constant === true);
  const inner = [cast, scaled, scales, ...(add === undefined ? [] : [add])];
  const output = (add ?? scaled).outputs[0]!;
  const [q, w, zero, weightZero] = product.inputs;
  for (const node of inner) removeNode(work, node);
  replaceInputs(work, product, [q, w, left, right, zero, weightZero, bias]);
  setOutput(work, product, 0, output);
  setOperator(work, product, "MatMulIntegerToFloat", "com.microsoft");
  product.sources = [...product.sources, ...inner.flatMap((node) => node.sources)];
}

function takeQuantizer(work: WorkGraph, product: WorkNode): void {
  const quantizer = product.inputs[0]?.producer;
  if (!isPlain(quantizer, "DynamicQuantizeLinear")) return;
  if (!quantizer.outputs.every((output) => soleReader(output) === product)) return;
  const [, w, , right, , weightZero, bias] = product.inputs;
  const x = quantizer.inputs[0];
  replaceInputs(work, product, [x, w, right, weightZero, bias]);
  removeNode(work, quantizer);
  setOperator(work, product, "DynamicQuantizeMatMul", "com.microsoft");
  product.sources = [...quantizer.sources, ...product.sources];
}
