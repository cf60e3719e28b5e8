/**
 * Which of the engine's timed operators is which of the kernels that were detected. Both sides describe the same nodes in
 * orders of their own, so they are paired by what decides a kernel's latency: operator, shapes of the first input and output,
 * size of a convolution's kernel.
 * Nodes that agree in all of these have the same config, so which of them is which does not matter. Where the engine has packed the
 * weights and does not tell their shape (ONNX Runtime's integer convolutions), the name of the node tells instead.
 */

import { groupBy } from "../base/index.js";
import type { OperatorTime } from "../engines/index.js";
import type { EngineNode } from "../kernels/index.js";
import type { PairedOperators } from "./named-network.js";

/** `block`: channels per block of the engine's image layout; blocked outputs are padded to whole blocks. */
export function pairOperators(
  nodes: readonly EngineNode[],
  operators: readonly OperatorTime[],
  block: number,
): PairedOperators {
  const waiting = groupBy(operators, (operator) => {
    const shapes = [dataShape(operator), operator.outputShapes?.[0]];
    return keyOf(className(operator.operator), shapes, kernelSize(operator));
  });
  const paired = nodes.map((node) => {
    const input = padded(node.inputShape, node.inputBlocked, block);
    const output = padded(node.outputShapes[0] ?? [], node.blocked, block);
    const keyFor = (kernel: string) => keyOf(className(node.operator), [input, output], kernel);
    const found = waiting.get(keyFor(nodeKernelSize(node)))?.shift() ?? takeNamed(waiting.get(keyFor("")), node);
    return found === undefined ? [] : [found];
  });
  return { operators: paired, extra: [...waiting.values()].flat() };
}

/** The operator that bears the node's name, perhaps with something behind it, out of those whose kernels' sizes are not known. */
function takeNamed(waiting: OperatorTime[] | undefined, { name }: EngineNode): OperatorTime | undefined {
  const at = waiting?.findIndex((operator) => operator.name === name || operator.name.startsWith(`${name}_`)) ?? -1;
  return waiting?.splice(at, at < 0 ? 0 : 1)[0];
}

type Shape = readonly number[];

function keyOf(operator: string, shapes: readonly (Shape | undefined)[], kernel: string): string {
  return `${operator} ${shapes.map((shape) => shape?.join("x") ?? "").join(" ")} ${kernel}`;
}

/** Of the first input that is not a number: concatenations of integers are given a scale and a zero point first. */
const dataShape = ({ inputShapes }: OperatorTime) => inputShapes?.find((shape) => shape.length > 0) ?? inputShapes?.[0];

/** Engines name an operator with something fused into it, or on integers, after the standard one. */
function className(operator: string): string {
  return operator.replace(/^(Fused|QLinear|Q(?=Gemm)|Nhwc)/, "").replace(/^MatMul.*/, "MatMul");
}

/** Two convolutions of one shape may differ in the size of their kernel and of their groups: the weights tell. */
function kernelSize({ operator, inputShapes }: OperatorTime): string {
  if (!operator.endsWith("Conv")) return "";
  // On integers the weights are the fourth input.
  const weights = inputShapes?.find((shape, i) => i > 0 && shape.length === 4);
  return weights === undefined ? "" : weights.slice(2).join("x");
}

function nodeKernelSize({ operator, attributes }: EngineNode): string {
  const size = attributes.kernel_shape;
  return operator === "Conv" && Array.isArray(size) ? size.join("x") : "";
}

function padded(shape: Shape, blocked: boolean, block: number): Shape {
  if (!blocked) return shape;
  const [n = 1, c = 1, ...rest] = shape;
  return [n, Math.ceil(c / block) * block, ...rest];
}
