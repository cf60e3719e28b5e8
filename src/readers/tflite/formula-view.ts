/** A graph as formulas are looked for in it: what makes a tensor, what reads it, which constants stand beside it. */
import { elementCount, type Graph, type GraphNode, type Tensor } from "../../graph/index.js";

export class View {
  private readonly producers = new Map<string, GraphNode>();
  private readonly readers = new Map<string, GraphNode[]>();
  private readonly outputs: ReadonlySet<string>;

  constructor(private readonly graph: Graph) {
    this.outputs = new Set(graph.outputs);
    for (const node of graph.nodes) {
      for (const output of node.outputs) this.producers.set(output, node);
      for (const input of new Set(node.inputs)) {
        const known = this.readers.get(input);
        if (known === undefined) this.readers.set(input, [node]);
        else known.push(node);
      }
    }
  }

  tensor(name: string | undefined): Tensor | undefined {
    return name === undefined ? undefined : this.graph.tensors.get(name);
  }

  /** The only node that reads what `node` makes. */
  next(node: GraphNode, operator: string): GraphNode | undefined {
    const found = this.readers.get(node.outputs[0]!) ?? [];
    if (found.length !== 1 || this.outputs.has(node.outputs[0]!)) return undefined;
    return found[0]!.operator === operator ? found[0] : undefined;
  }

  /** The same where it is quantised in between; the pair's nodes, and the reader. */
  nextBehindPair(node: GraphNode, operator: string): [pair: GraphNode[], next: GraphNode | undefined] {
    const quantize = this.next(node, "QuantizeLinear");
    const dequantize = quantize && this.next(quantize, "DequantizeLinear");
    if (dequantize === undefined) return [[], this.next(node, operator)];
    return [[quantize!, dequantize], this.next(dequantize, operator)];
  }

  before(node: GraphNode | undefined, slot: number, operator: string): GraphNode | undefined {
    const found = this.producers.get(node?.inputs[slot] ?? "");
    return found?.operator === operator ? found : undefined;
  }

  /** All readers of what `node` makes are among `nodes`. */
  isInside(node: GraphNode, nodes: readonly GraphNode[]): boolean {
    const [output] = node.outputs as [string];
    return !this.outputs.has(output) && (this.readers.get(output) ?? []).every((reader) => nodes.includes(reader));
  }

  /** The number that a constant of one element is. */
  scalar(name: string | undefined): number | undefined {
    const tensor = this.tensor(name);
    return tensor?.constant && elementCount(tensor.shape) === 1 ? tensor.values?.[0] : undefined;
  }

  /** The other input of a node of two where one is this number. */
  besides(node: GraphNode | undefined, number: number): string | undefined {
    const slot = node?.inputs.findIndex((name) => Math.abs((this.scalar(name) ?? Number.NaN) - number) < 1e-4) ?? -1;
    return slot < 0 ? undefined : node!.inputs[1 - slot];
  }
}
