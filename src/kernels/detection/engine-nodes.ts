import type { AttributeValue, Graph } from "../../graph/index.js";
import { optimise } from "./optimise.js";
import type { FusionRules } from "./rules.js";
import type { WorkNode, WorkValue } from "./work-graph.js";

/** A node as the engine runs it: what lies between a graph and its kernels, for checks against the engine itself. */
export interface EngineNode {
  readonly name: string;
  /** ONNX operator, or the engine's own, e.g. `ReorderInput`. */
  readonly operator: string;
  /** "" for standard operators, "nchwc" for blocked layout, "quantized" for integers, else the engine's own set. */
  readonly domain: string;
  readonly activation: string | undefined;
  /** A convolution that adds another tensor to its result. */
  readonly adds: boolean;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Of the first input; channels are not padded to whole blocks. */
  readonly inputShape: readonly number[];
  readonly inputBlocked: boolean;
  /** Channels are not padded to whole blocks. */
  readonly outputShapes: readonly (readonly number[])[];
  /** Whether the first output is in blocked layout. */
  readonly blocked: boolean;
  /** Nodes of the graph that it stands for. */
  readonly sources: readonly string[];
}

/** The nodes that the engine of `rules` runs for `graph`, in running order. */
export function engineNodes(graph: Graph, rules: FusionRules): EngineNode[] {
  return optimise(graph, rules).map((node: WorkNode) => ({
    name: node.name,
    operator: node.operator,
    domain: node.domain,
    activation: node.activation,
    adds: node.operator === "Conv" && node.inputs[3] !== undefined,
    attributes: node.attributes,
    inputShape: node.inputs[0]?.shape ?? [],
    inputBlocked: node.inputs[0]?.blocked ?? false,
    outputShapes: node.outputs.map((output: WorkValue) => output.shape),
    blocked: node.outputs[0]!.blocked,
    sources: node.sources,
  }));
}
