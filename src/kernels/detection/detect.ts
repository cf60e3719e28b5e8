import { elementCount, type Graph } from "../../graph/index.js";
import { kernelTypeOf } from "../catalogue.js";
import type { Detection, Kernel } from "../types.js";
import type { KernelOf } from "./operators/entry.js";
import { entryOf } from "./operators/index.js";
import { plainResize } from "./operators/others.js";
import { quantisedForm } from "./operators/precision.js";
import { workOf } from "./operators/work.js";
import { optimise } from "./optimise.js";
import { integersAttribute } from "./passes/integer-weights.js";
import type { FusionRules } from "./rules.js";
import type { WorkNode } from "./work-graph.js";

/**
 * The kernels that the engine of `rules` runs for `graph`, in running order. Operators that no type describes become
 * `other-operator` kernels of their work, or `memory-bound` ones of the bytes they move, and are listed in `unsupported`. Views that the engine runs as nodes are
 * kernels too; nodes that it optimises away are covered by the kernel that took their place. Pure.
 */
export function detectKernels(graph: Graph, rules: FusionRules): Detection {
  return withCopies(detectionOf(liveNodes(graph, rules), graph.opset, rules), graph, rules);
}

const withCopies = <D extends Detection>(detection: D, graph: Graph, rules: FusionRules): D =>
  rules.copiesOutputs === true ? { ...detection, copiedElements: outputElements(graph) } : detection;

const outputElements = (graph: Graph): number =>
  graph.outputs.reduce((sum, name) => sum + elementCount(graph.tensors.get(name)?.shape ?? []), 0);

/** A part of a model that one value enters and one leaves. */
export interface DetectedPart extends Detection {
  /** In blocked layout the engine leaves what the next part reads: kernels there depend on it. */
  readonly leavesBlocked: boolean;
}

/**
 * The same kernels by the parts of a graph that is a chain: part `i` ends before node `ends[i]` (increasing, the last is the
 * number of nodes), and the last node of each makes the one value that the next one reads. A kernel over nodes of two parts
 * belongs to the one that begins it; what the engine inserts (reorders, copies), to the one that reads it.
 */
export function detectParts(graph: Graph, rules: FusionRules, ends: readonly number[]): DetectedPart[] {
  const partOf = new Map<string, number>();
  let part = 0;
  for (const [i, node] of graph.nodes.entries()) {
    while (i >= ends[part]!) part++;
    partOf.set(node.name, part);
  }
  const nodesOf = ends.map((): WorkNode[] => []);
  const makers = new Map<string, WorkNode>();
  for (const node of liveNodes(graph, rules)) {
    nodesOf[partOf.get(ownerOf(node).sources[0]!)!]!.push(node);
    for (const source of node.sources) makers.set(source, node);
  }
  return nodesOf.map((nodes, i) => {
    const last = makers.get(graph.nodes[ends[i]! - 1]!.name);
    const leavesBlocked = last !== undefined && last.outputs[0]!.blocked;
    const detected = { ...detectionOf(nodes, graph.opset, rules), leavesBlocked };
    return i === ends.length - 1 ? withCopies(detected, graph, rules) : detected;
  });
}

/** The node itself, or for an inserted one the first of the model's own that reads it, else the one that it reads. */
function ownerOf(node: WorkNode): WorkNode {
  let reader: WorkNode | undefined = node;
  while (reader !== undefined && reader.sources.length === 0) reader = reader.outputs[0]!.consumers[0];
  if (reader !== undefined) return reader;
  let maker = node;
  while (maker.sources.length === 0) maker = maker.inputs[0]!.producer!;
  return maker;
}

const liveNodes = (graph: Graph, rules: FusionRules) => giveAway(optimise(graph, rules), new Set(rules.file.freeViews));

function detectionOf(nodes: readonly WorkNode[], opset: number, rules: FusionRules): Detection {
  const kernels: Kernel[] = [];
  const unsupported: Detection["unsupported"][number][] = [];
  for (const node of nodes) {
    const kernel = entryOf(node.operator)?.(node, opset);
    if (kernel === undefined)
      unsupported.push({ node: node.sources[0] ?? node.name, operator: node.operator, reason: reasonFor(node) });
    kernels.push(toKernel(node, kernel === undefined ? workOf(node) : asDispatched(node, kernel, rules)));
  }
  return { kernels, unsupported };
}

/** The type of the code that the engine runs for the node, where it has several for one kind of kernel. */
function asDispatched(node: WorkNode, kernel: KernelOf, { int8, nchwcBlock }: FusionRules): KernelOf {
  const form = node.attributes[integersAttribute] ?? (node.domain === "quantized" ? "qlinear" : undefined);
  if (form !== undefined && int8 !== true) return quantisedForm(kernel, form === "integer" ? form : "qlinear", node);
  return kernel.type === "resize" && nchwcBlock > 1 && node.domain !== "nchwc" ? plainResize(node, kernel) : kernel;
}

/** The nodes without those that cost nothing: their neighbours stand for them. */
function giveAway(nodes: readonly WorkNode[], free: ReadonlySet<string>): readonly WorkNode[] {
  if (free.size === 0) return nodes;
  return nodes.filter((node) => {
    if (!free.has(node.operator)) return true;
    let heir = node.inputs[0]?.producer;
    while (heir !== undefined && free.has(heir.operator)) heir = heir.inputs[0]?.producer;
    heir ??= node.outputs[0]!.consumers[0];
    if (heir !== undefined) heir.sources = [...heir.sources, ...node.sources];
    return false;
  });
}

function toKernel(node: WorkNode, { type, config }: KernelOf): Kernel {
  const row = kernelTypeOf(type);
  return { name: node.name, type, config, flops: row.flops(config), params: row.params(config), nodes: node.sources };
}

function reasonFor(node: WorkNode): string {
  const name = node.domain === "" ? node.operator : `${node.domain}.${node.operator}`;
  if (entryOf(node.operator) === undefined) return `no kernel type describes ${name}`;
  const shapes = node.inputs.map((input) => (input === undefined ? "–" : `[${input.shape.join(",")}]`));
  return `no kernel type describes ${name} of inputs ${shapes.join(" ")}`;
}
