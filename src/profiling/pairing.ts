/**
 * Which of the engine's timed operators is which of the kernels that were detected. Both sides describe the same nodes in
 * orders of their own, so they are paired by what decides a kernel's latency: operator, shapes of the first input and output,
 * size of a convolution's kernel.
 * Nodes that agree in all of these have the same config, so which of them is which does not matter.
 */

import type { OperatorTime } from "../engines/index.js";
import type { EngineNode } from "../kernels/index.js";
import type { PairedOperators } from "./named-network.js";

/** `block`: channels per block of the engine's image layout; blocked outputs are padded to whole blocks. */
export function pairOperators(
  nodes: readonly EngineNode[],
  operators: readonly OperatorTime[],
  block: number,
): PairedOperators {
  const waiting = new Map<string, OperatorTime[]>();
  for (const operator of operators) {
    const { inputShapes, outputShapes } = operator;
    const key = keyOf(className(operator.operator), [inputShapes?.[0], outputShapes?.[0]], kernelSize(operator));
    const queue = waiting.get(key);
    if (queue === undefined) waiting.set(key, [operator]);
    else queue.push(operator);
  }
  const paired = nodes.map((node) => {
    const input = padded(node.inputShape, node.inputBlocked, block);
    const output = padded(node.outputShapes[0] ?? [], node.blocked, block);
    const key = keyOf(className(node.operator), [input, output], nodeKernelSize(node));
    const found = waiting.get(key)?.shift();
    return found === undefined ? [] : [found];
  });
  return { operators: paired, extra: [...waiting.values()].flat() };
}

type Shape = readonly number[];

function keyOf(operator: string, shapes: readonly (Shape | undefined)[], kernel: string): string {
  return `${operator} ${shapes.map((shape) => shape?.join("x") ?? "").join(" ")} ${kernel}`;
}

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
