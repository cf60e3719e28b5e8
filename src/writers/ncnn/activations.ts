/** Activations inside of ncnn's convolutions and inner products (activation_type), and what they are called on the way. */
import type { Graph, GraphNode } from "../../graph/index.js";
import { clipBounds, type FusionPlan, fusedActivation } from "../fuse.js";
import { type Params, real } from "./network.js";

/** As ncnnoptimize fuses them. */
export const ncnnFusion: FusionPlan = {
  hosts: new Set(["Conv", "ConvTranspose", "Gemm", "FullyConnected"]),
  activation(graph: Graph, node: GraphNode): string | undefined {
    switch (node.operator) {
      case "Relu":
      case "Sigmoid":
      case "HardSwish":
        return node.operator;
      case "LeakyRelu":
        return `LeakyRelu ${Number(node.attributes.alpha ?? 0.01)}`;
      case "Clip": {
        const [low, high] = clipBounds(graph, node);
        return Number.isFinite(low) && Number.isFinite(high) ? `Clip ${low} ${high}` : undefined;
      }
      default:
        return undefined;
    }
  },
};

/** Slope and offset of hard swish: x · clamp(x / 6 + 1 / 2). */
export const hardSwish = [real(1 / 6), real(0.5)] as const;

/** Parameters 9 and 10 of a layer that has a fused activation. */
export function activationParams(node: GraphNode): Params {
  const [name, ...numbers] = String(node.attributes[fusedActivation] ?? "").split(" ");
  const values = numbers.map((number) => real(Number(number)));
  switch (name) {
    case "Relu":
      return { 9: 1 };
    case "LeakyRelu":
      return { 9: 2, 10: values };
    case "Clip":
      return { 9: 3, 10: values };
    case "Sigmoid":
      return { 9: 4 };
    case "HardSwish":
      return { 9: 6, 10: [...hardSwish] };
    default:
      return {};
  }
}
