/**
 * ONNX Runtime's rewritings around MatMul: with a bias it becomes Gemm (between reshapes where the input is no matrix),
 * a transposition of the last two axes or a factor becomes an attribute of FusedMatMul.
 * Sources: onnxruntime/core/optimizer/matmul_add_fusion.cc, matmul_transpose_fusion.cc, matmul_scale_fusion.cc.
 */
import { addNode, newConstant, newValue, removeNode, setInput, setOperator, setOutput } from "../work-edits.js";
import { has, scalarOf, soleConsumer, type WorkGraph, type WorkNode, type WorkValue } from "../work-graph.js";
import { nodesOf } from "../work-order.js";

/**
 * MatMul followed by the addition of a row becomes Gemm. Inputs of more than two axes: with `reshape` they are reshaped
 * around it, with `anyRank` taken as they are.
 */
export function matmulAdd(work: WorkGraph, reshape: boolean, anyRank: boolean): boolean {
  if (!has(work, "MatMul") || !has(work, "Add")) return false;
  let changed = false;
  for (const node of nodesOf(work)) {
    if (!node.alive || node.operator !== "MatMul" || node.domain !== "") continue;
    const add = soleConsumer(node.outputs[0]!);
    if (add === undefined || add.operator !== "Add" || add.domain !== "") continue;
    const bias = add.inputs[add.inputs[0] === node.outputs[0] ? 1 : 0]!;
    const [left, right] = node.inputs as [WorkValue, WorkValue];
    if (right.shape.length !== 2 || left.type !== bias.type || !isRow(bias, left, right)) continue;
    if (left.shape.length === 2 || anyRank) toGemm(work, node, add, bias);
    else if (reshape) toReshapedGemm(work, node, add, bias);
    else continue;
    changed = true;
  }
  return changed;
}

function isRow(bias: WorkValue, left: WorkValue, right: WorkValue): boolean {
  const columns = right.shape[1];
  if (bias.shape.length === 1) return bias.shape[0] === columns;
  if (left.shape.length !== 2 || bias.shape.length !== 2) return false;
  const [rows, width] = bias.shape;
  return (rows === 1 && width === columns) || (rows === left.shape[0] && (width === 1 || width === columns));
}

function toGemm(work: WorkGraph, node: WorkNode, add: WorkNode, bias: WorkValue): void {
  const sources = [...node.sources, ...add.sources];
  const inputs = [node.inputs[0], node.inputs[1], bias];
  const output = add.outputs[0]!;
  removeNode(work, add);
  removeNode(work, node);
  addNode(work, "Gemm", "", inputs, [output], {}, sources);
}

function toReshapedGemm(work: WorkGraph, node: WorkNode, add: WorkNode, bias: WorkValue): void {
  const [left, right] = node.inputs as [WorkValue, WorkValue];
  const sources = [...node.sources, ...add.sources];
  const output = add.outputs[0]!;
  const [depth, columns] = right.shape as [number, number];
  const rows = left.shape.slice(0, -1).reduce((product, size) => product * size, 1);
  removeNode(work, add);
  removeNode(work, node);
  const flat = newValue(work, `${output.name}/gemm_input`, [rows, depth], left.type);
  const product = newValue(work, `${output.name}/gemm_output`, [rows, columns], left.type);
  const shapeOf = (shape: readonly number[]) => newConstant(work, `${output.name}/shape`, [shape.length], shape);
  addNode(work, "Reshape", "", [left, shapeOf(flat.shape)], [flat], {}, []);
  addNode(work, "Reshape", "", [product, shapeOf([...left.shape.slice(0, -1), columns])], [output], {}, []);
  addNode(work, "Gemm", "", [flat, right, bias], [product], {}, sources);
}

/**
 * A Transpose in front of a product becomes flags of it: `trans` where it swaps the last two axes, `transBatch` where it
 * takes the first axis behind the others (which are a batch), so that a transposed value need not be made.
 */
export function matmulTranspose(work: WorkGraph): boolean {
  if (!has(work, "Transpose") || (!has(work, "MatMul") && !has(work, "FusedMatMul"))) return false;
  let changed = false;
  for (const node of nodesOf(work)) {
    if (!node.alive || node.domain === "quantized") continue;
    if (node.operator !== "MatMul" && node.operator !== "FusedMatMul") continue;
    for (const [slot, side] of [
      [0, "A"],
      [1, "B"],
    ] as const) {
      const transpose = node.inputs[slot]?.producer;
      if (transpose?.operator !== "Transpose" || transpose.outputs[0]!.isOutput) continue;
      const flags = productFlags(transpose.attributes.perm as readonly number[] | undefined);
      if (flags === undefined || (flags.batch && node.attributes[`transBatch${side}`] === 1)) continue;
      setInput(work, node, slot, transpose.inputs[0]);
      setOperator(work, node, "FusedMatMul", "com.microsoft");
      const flip = (name: string, on: boolean) => (on ? { [name]: node.attributes[name] === 1 ? 0 : 1 } : {});
      node.attributes = {
        ...node.attributes,
        ...flip(`trans${side}`, flags.swap),
        ...flip(`transBatch${side}`, flags.batch),
      };
      if (transpose.outputs[0]!.consumers.length === 0) {
        removeNode(work, transpose);
        node.sources = [...transpose.sources, ...node.sources];
      }
      changed = true;
    }
  }
  return changed;
}

function productFlags(perm: readonly number[] | undefined): { swap: boolean; batch: boolean } | undefined {
  const rank = perm?.length ?? 0;
  if (perm === undefined || rank < 2) return undefined;
  const is = (axisAt: (i: number) => number) => perm.every((axis, i) => axis === axisAt(i));
  if (is((i) => (i < rank - 2 ? i : i === rank - 2 ? rank - 1 : rank - 2))) return { swap: true, batch: false };
  if (rank < 3) return undefined;
  if (is((i) => (i < rank - 2 ? i + 1 : i === rank - 2 ? 0 : rank - 1))) return { swap: false, batch: true };
  return is((i) => (i < rank - 1 ? i + 1 : 0)) ? { swap: true, batch: true } : undefined;
}

/** Multiplications and divisions by one number before and after a product become its factor. */
export function matmulScale(work: WorkGraph): boolean {
  if (!has(work, "MatMul") && !has(work, "FusedMatMul")) return false;
  if (!has(work, "Mul") && !has(work, "Div")) return false;
  let changed = false;
  for (const node of nodesOf(work)) {
    if (!node.alive || node.domain === "quantized") continue;
    if (node.operator !== "MatMul" && node.operator !== "FusedMatMul") continue;
    let scaled = false;
    for (const slot of [0, 1]) {
      const scale = node.inputs[slot]?.producer;
      if (scale === undefined || scaledInput(scale) === undefined || soleConsumer(scale.outputs[0]!) === undefined)
        continue;
      setInput(work, node, slot, scale.inputs[scaledInput(scale)!]);
      removeNode(work, scale);
      node.sources = [...scale.sources, ...node.sources];
      scaled = true;
    }
    const next = soleConsumer(node.outputs[0]!);
    if (next !== undefined && next.inputs[scaledInput(next) ?? -1] === node.outputs[0]) {
      const output = next.outputs[0]!;
      removeNode(work, next);
      setOutput(work, node, 0, output);
      node.sources = [...node.sources, ...next.sources];
      scaled = true;
    }
    if (scaled) setOperator(work, node, "FusedMatMul", "com.microsoft");
    changed ||= scaled;
  }
  return changed;
}

/** Which input a node scales by a constant number, or undefined. */
function scaledInput(node: WorkNode): number | undefined {
  if (node.domain !== "" || (node.operator !== "Mul" && node.operator !== "Div")) return undefined;
  if (scalarOf(node.inputs[1]) !== undefined) return 0;
  return node.operator === "Mul" && scalarOf(node.inputs[0]) !== undefined ? 1 : undefined;
}

/** A Reshape and what follows it of Reshape, Squeeze and Unsqueeze become one Reshape. */
export function mergeReshapes(work: WorkGraph): boolean {
  let changed = false;
  for (const node of nodesOf(work)) {
    if (!node.alive || node.operator !== "Reshape" || !isReshape(node)) continue;
    for (
      let next = soleConsumer(node.outputs[0]!);
      next !== undefined && isReshape(next);
      next = soleConsumer(node.outputs[0]!)
    ) {
      if (next.inputs[0] !== node.outputs[0]) break;
      const output = next.outputs[0]!;
      const sources = next.sources;
      removeNode(work, next);
      setOutput(work, node, 0, output);
      setInput(work, node, 1, newConstant(work, `${output.name}/shape`, [output.shape.length], output.shape));
      setOperator(work, node, "Reshape");
      node.attributes = {};
      node.sources = [...node.sources, ...sources];
      changed = true;
    }
  }
  return changed;
}

/** Not those that take a 0 in the shape for a size (`allowzero`). */
const isReshape = (node: WorkNode) =>
  node.domain === "" &&
  (node.operator === "Squeeze" ||
    node.operator === "Unsqueeze" ||
    (node.operator === "Reshape" && node.attributes.allowzero !== 1));

/** Adds and layer norms over three axes in one node, when nothing else reads the sum (skip_layer_norm_fusion.cc). */
export function skipLayerNorm(work: WorkGraph): boolean {
  if (!has(work, "LayerNormalization") || !has(work, "Add")) return false;
  let changed = false;
  for (const node of nodesOf(work)) {
    if (!node.alive || node.operator !== "LayerNormalization" || node.domain !== "" || node.outputs.length > 1)
      continue;
    const add = node.inputs[0]?.producer;
    if (add === undefined || add.operator !== "Add" || soleConsumer(add.outputs[0]!) !== node) continue;
    const [left, right] = add.inputs as [WorkValue, WorkValue];
    if (left.shape.length !== 3 || right.shape.length !== 3 || !left.shape.every((size, i) => size === right.shape[i]))
      continue;
    const rest = node.inputs.slice(1);
    removeNode(work, add);
    setOperator(work, node, "SkipLayerNormalization", "com.microsoft");
    setInput(work, node, 0, left);
    setInput(work, node, 1, right);
    for (const [i, value] of rest.entries()) setInput(work, node, i + 2, value);
    node.sources = [...add.sources, ...node.sources];
    takeBias(work, node);
    changed = true;
  }
  return changed;
}

/** A row that is added to one of the two summands before. */
function takeBias(work: WorkGraph, node: WorkNode): void {
  for (const slot of [0, 1]) {
    const add = node.inputs[slot]!.producer;
    if (add?.operator !== "Add" || add.domain !== "" || soleConsumer(add.outputs[0]!) !== node) continue;
    const side = add.inputs.findIndex((input) => input?.constant === true && input.shape.length === 1);
    if (side < 0) continue;
    const [bias, rest] = [add.inputs[side], add.inputs[1 - side]];
    removeNode(work, add);
    setInput(work, node, slot, rest);
    setInput(work, node, 4, bias);
    node.sources = [...add.sources, ...node.sources];
    return;
  }
}

/** A row that is added in front of GELU, in one node with it (bias_gelu_fusion.cc). */
export function biasGelu(work: WorkGraph): boolean {
  if (!has(work, "Gelu") || !has(work, "Add")) return false;
  let changed = false;
  for (const node of nodesOf(work)) {
    if (!node.alive || node.operator !== "Gelu" || node.attributes.approximate === "tanh") continue;
    const add = node.inputs[0]!.producer;
    if (add?.operator !== "Add" || add.domain !== "" || soleConsumer(add.outputs[0]!) !== node) continue;
    const width = add.outputs[0]!.shape.at(-1);
    const side = add.inputs.findIndex(
      (input) => input?.constant === true && input.shape.length === 1 && input.shape[0] === width,
    );
    if (side < 0 || add.inputs[1 - side]!.shape.length < 2) continue;
    const inputs = [add.inputs[1 - side], add.inputs[side]];
    removeNode(work, add);
    setOperator(work, node, "BiasGelu", "com.microsoft");
    for (const [slot, input] of inputs.entries()) setInput(work, node, slot, input);
    node.sources = [...add.sources, ...node.sources];
    changed = true;
  }
  return changed;
}
