/**
 * Graph → graph, as the converters of engines do before they write: an activation goes into the operator before it
 * (attribute `fused_activation`), MatMul and bias become `FullyConnected`, the formula of GELU becomes `Gelu`. These are
 * words between this file and the writers of formats other than ONNX alone.
 */
import type { Graph, GraphNode } from "../graph/index.js";

export const fusedActivation = "fused_activation";

export interface FusionPlan {
  /** Operators that can have an activation. */
  readonly hosts: ReadonlySet<string>;
  /** What the format calls the node as a fused activation; undefined where it is none. */
  activation(graph: Graph, node: GraphNode): string | undefined;
}

export function fuse(graph: Graph, plan: FusionPlan): Graph {
  return fuseActivations(fuseGelu(fuseBias(graph)), plan);
}

/** MatMul by a constant and the bias added to it: one fully connected layer, written as Gemm with a third input. */
function fuseBias(graph: Graph): Graph {
  const readers = readersByTensor(graph);
  return replace(graph, (node) => {
    const weights = graph.tensors.get(node.inputs[1] ?? "");
    if (node.operator !== "MatMul" || !weights?.constant || weights.shape.length !== 2) return undefined;
    const add = onlyReader(graph, readers, node.outputs[0]!, "Add");
    const bias = add?.inputs.find((input) => isVector(graph, input, weights.shape[1]!));
    const fc = { ...node, operator: "FullyConnected" };
    if (add === undefined || bias === undefined) return { node: fc, gone: [] };
    return { node: { ...fc, inputs: [...node.inputs, bias], outputs: add.outputs }, gone: [add] };
  });
}

function isVector(graph: Graph, name: string, length: number): boolean {
  const tensor = graph.tensors.get(name);
  return tensor?.constant === true && tensor.shape.length === 1 && tensor.shape[0] === length;
}

function fuseActivations(graph: Graph, plan: FusionPlan): Graph {
  const readers = readersByTensor(graph);
  return replace(graph, (node) => {
    if (!plan.hosts.has(node.operator)) return undefined;
    const reader = onlyReader(graph, readers, node.outputs[0]!);
    const activation = reader && plan.activation(graph, reader);
    if (activation === undefined) return undefined;
    const attributes = { ...node.attributes, [fusedActivation]: activation };
    return { node: { ...node, attributes, outputs: reader!.outputs }, gone: [reader!] };
  });
}

/** Attributes up to opset 10, inputs after it; exporters write the largest float for "no bound". */
export function clipBounds(graph: Graph, { inputs, attributes }: GraphNode): [low: number, high: number] {
  const bound = (index: number, attribute: string, none: number) => {
    const given = inputs[index] ? graph.tensors.get(inputs[index])?.values?.[0] : attributes[attribute];
    return given === undefined || Math.abs(Number(given)) > 3.4e38 ? none : Number(given);
  };
  return [bound(1, "min", Number.NEGATIVE_INFINITY), bound(2, "max", Number.POSITIVE_INFINITY)];
}

/** x · (1 + erf(x / √2)) / 2, in the order that exporters write it. */
function fuseGelu(graph: Graph): Graph {
  const readers = readersByTensor(graph);
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  return replace(graph, (node) => {
    if (node.operator !== "Div" && node.operator !== "Mul") return undefined;
    const erf = onlyReader(graph, readers, node.outputs[0]!, "Erf");
    const add = erf && onlyReader(graph, readers, erf.outputs[0]!, "Add");
    const first = add && onlyReader(graph, readers, add.outputs[0]!, "Mul");
    const second = first && onlyReader(graph, readers, first.outputs[0]!, "Mul");
    if (!second) return undefined;
    const x = node.inputs[0]!;
    // Either x · gate, then halved, or x halved, then times the gate.
    const halved = first.inputs
      .map((input) => producers.get(input))
      .find((n) => n?.operator === "Mul" && n.inputs.includes(x));
    if (!first.inputs.includes(x) && !halved) return undefined;
    return {
      node: { ...node, operator: "Gelu", inputs: [x], outputs: second.outputs },
      gone: [erf, add, first, second],
    };
  });
}

function readersByTensor(graph: Graph): Map<string, GraphNode[]> {
  const readers = new Map<string, GraphNode[]>();
  for (const node of graph.nodes)
    for (const input of new Set(node.inputs)) readers.set(input, [...(readers.get(input) ?? []), node]);
  return readers;
}

/** The one node that reads a tensor nothing else needs. */
function onlyReader(
  graph: Graph,
  readers: ReadonlyMap<string, readonly GraphNode[]>,
  name: string,
  operator?: string,
): GraphNode | undefined {
  const found = readers.get(name) ?? [];
  if (found.length !== 1 || graph.outputs.includes(name)) return undefined;
  return operator === undefined || found[0]!.operator === operator ? found[0] : undefined;
}

/** Replaces nodes; the replacement stands where the last of the nodes that it takes in stood, behind all of its inputs. */
function replace(
  graph: Graph,
  match: (node: GraphNode) => { node: GraphNode; gone: readonly GraphNode[] } | undefined,
): Graph {
  const gone = new Set<string>();
  const places = new Map<string, GraphNode>();
  for (const node of graph.nodes) {
    if (gone.has(node.name)) continue;
    const found = match(node);
    if (found === undefined) continue;
    gone.add(node.name);
    for (const other of found.gone) gone.add(other.name);
    places.set((found.gone.at(-1) ?? node).name, found.node);
  }
  const nodes = graph.nodes.flatMap((node) => places.get(node.name) ?? (gone.has(node.name) ? [] : node));
  return { ...graph, nodes };
}
