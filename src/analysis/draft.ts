/** A graph while it is changed: nodes and shapes of constants are replaced, then every other shape is inferred anew. */
import { LitepredError } from "../base/index.js";
import { type Graph, type GraphNode, hasShapeRule, inferOutputs, type Tensor } from "../graph/index.js";

export class Draft {
  nodes: GraphNode[];
  private readonly tensors: Map<string, Tensor>;
  private made = 0;

  constructor(private readonly graph: Graph) {
    this.nodes = [...graph.nodes];
    this.tensors = new Map(graph.tensors);
  }

  /** @throws LitepredError `bad-usage`. */
  node(name: string): GraphNode {
    const found = this.nodes.find((node) => node.name === name);
    return found ?? refuse(`there is no node "${name}"`);
  }

  /** As it was before the change, until `finish`. */
  tensor(name: string): Tensor {
    return this.tensors.get(name)!;
  }

  producer(tensor: string): GraphNode | undefined {
    return this.nodes.find(({ outputs }) => outputs.includes(tensor));
  }

  consumers(tensor: string): GraphNode[] {
    return this.nodes.filter(({ inputs }) => inputs.includes(tensor));
  }

  isInput(tensor: string): boolean {
    return this.graph.inputs.includes(tensor);
  }

  isOutput(tensor: string): boolean {
    return this.graph.outputs.includes(tensor);
  }

  replace(name: string, ...by: GraphNode[]): void {
    this.nodes = this.nodes.flatMap((node) => (node.name === name ? by : [node]));
  }

  update(name: string, change: Partial<GraphNode>): void {
    this.replace(name, { ...this.node(name), ...change });
  }

  setAttributes(name: string, changes: GraphNode["attributes"]): void {
    this.update(name, { attributes: { ...this.node(name).attributes, ...changes } });
  }

  /** Of a constant: its values are forgotten, since they do not decide how long anything takes. */
  resize(constant: string, axis: number, size: number): void {
    const { shape, ...rest } = this.tensor(constant);
    if (!rest.constant) refuse(`"${constant}" is computed while the model runs`);
    this.tensors.set(constant, { name: constant, type: rest.type, constant: true, shape: shape.with(axis, size) });
  }

  constant(like: Omit<Tensor, "name" | "constant">): string {
    const name = this.fresh();
    this.tensors.set(name, { ...like, name, constant: true });
    return name;
  }

  /** A name that nothing has. */
  fresh(): string {
    do this.made++;
    while (this.tensors.has(`what-if-${this.made}`));
    return `what-if-${this.made}`;
  }

  /** @throws LitepredError `bad-usage` where the changed layers do not fit together. */
  finish(): Graph {
    for (const node of this.nodes) {
      if (!hasShapeRule(node.operator, node.domain)) continue;
      const inputs = node.inputs.map((name) => (name === "" ? undefined : this.tensors.get(name)));
      try {
        for (const tensor of inferOutputs(node, inputs, this.graph.opset)) this.tensors.set(tensor.name, tensor);
      } catch (error) {
        if (!(error instanceof LitepredError)) throw error;
        refuse(`"${node.name}" (${node.operator}) does not fit any more: ${error.message}`);
      }
    }
    return { ...this.graph, nodes: this.nodes, tensors: this.tensors };
  }
}

export function refuse(why: string): never {
  throw new LitepredError("bad-usage", why, "change another layer, or the model itself");
}
