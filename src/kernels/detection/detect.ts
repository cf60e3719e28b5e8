import type { Graph } from "../../graph/index.js";
import { kernelTypeOf } from "../catalogue.js";
import type { Detection, Kernel } from "../types.js";
import { count, entryOf, type KernelOf } from "./operators/index.js";
import { optimise } from "./optimise.js";
import type { FusionRules } from "./rules.js";
import type { WorkNode } from "./work-graph.js";

/**
 * The kernels that the engine of `rules` runs for `graph`, in running order. Operators that no type describes become
 * `memory-bound` kernels of the bytes they move and are listed in `unsupported`. Views that the engine runs as nodes are
 * kernels too; nodes that it optimises away are covered by the kernel that took their place. Pure.
 */
export function detectKernels(graph: Graph, rules: FusionRules): Detection {
  const kernels: Kernel[] = [];
  const unsupported: Detection["unsupported"][number][] = [];
  const free = new Set(rules.file.freeViews);
  for (const node of giveAway(optimise(graph, rules), free)) {
    let kernel = entryOf(node.operator)?.(node, graph.opset);
    if (kernel === undefined) {
      kernel = memoryBound(node);
      unsupported.push({ node: node.sources[0] ?? node.name, operator: node.operator, reason: reasonFor(node) });
    }
    kernels.push(toKernel(node, kernel));
  }
  return { kernels, unsupported };
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

/** Bytes at 4 per element, as everywhere in the catalogue. One operation per element is assumed. */
function memoryBound(node: WorkNode): KernelOf {
  const inputs = node.inputs.reduce((sum, input) => sum + (input === undefined ? 0 : count(input.shape)), 0);
  const outputs = node.outputs.reduce((sum, output) => sum + count(output.shape), 0);
  return { type: "memory-bound", config: { inputBytes: 4 * inputs, outputBytes: 4 * outputs, flops: outputs } };
}

function reasonFor(node: WorkNode): string {
  const name = node.domain === "" ? node.operator : `${node.domain}.${node.operator}`;
  if (entryOf(node.operator) === undefined) return `no kernel type describes ${name}`;
  const shapes = node.inputs.map((input) => (input === undefined ? "–" : `[${input.shape.join(",")}]`));
  return `no kernel type describes ${name} of inputs ${shapes.join(" ")}`;
}
