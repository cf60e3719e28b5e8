/** Which operators the .tflite format fuses an activation into, and which. */
import type { Graph, GraphNode } from "../../graph/index.js";
import { clipBounds, type FusionPlan } from "../fuse.js";

/** The fused form of a node, where the format has one. */
export function activationName(graph: Graph, node: GraphNode): string | undefined {
  if (node.operator === "Relu") return "RELU";
  if (node.operator !== "Clip") return undefined;
  const [low, high] = clipBounds(graph, node);
  if (low === 0 && high === 6) return "RELU6";
  if (low === 0 && high === Number.POSITIVE_INFINITY) return "RELU";
  return low === -1 && high === 1 ? "RELU_N1_TO_1" : undefined;
}

export const tfliteFusion: FusionPlan = {
  hosts: new Set(["Conv", "Gemm", "FullyConnected", "Add", "Sub", "Mul", "Div", "MaxPool", "AveragePool"]),
  activation: activationName,
};
