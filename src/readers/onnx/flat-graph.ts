/** The flat graph while it grows: tensors and nodes under unique names, every shape inferred on arrival, counts bounded. */
import { LitepredError } from "../../base/index.js";
import type { ValueInfoProto } from "../../formats/onnx/index.js";
import { type GraphNode, hasShapeRule, inferOutputs, type Tensor } from "../../graph/index.js";
import { Names } from "../names.js";
import { declaredTensor } from "./declared-shapes.js";

/** Choices: a hundred times what the largest models of torchvision and timm need. */
export const flattenLimits = { nodes: 100_000, links: 1_000_000, knownValues: 8_000_000, nesting: 16 } as const;

export class FlatGraph {
  readonly tensors = new Map<string, Tensor>();
  readonly nodes: GraphNode[] = [];
  readonly tensorNames = new Names();
  private readonly nodeNames = new Names();
  private readonly counts = { nodes: 0, links: 0, knownValues: 0 };

  /** `declared`: what the file says of tensors, for operators that have no shape rule. */
  constructor(private readonly declared: ReadonlyMap<string, ValueInfoProto>) {}

  /** @throws LitepredError `limit-exceeded` when there are more than the limit says. */
  count(what: keyof typeof this.counts, more: number): void {
    this.counts[what] += more;
    if (this.counts[what] > flattenLimits[what]) exceeded(`more than ${flattenLimits[what]} ${wordFor[what]}`);
  }

  addTensor(tensor: Tensor): void {
    this.count("knownValues", tensor.values?.length ?? 0);
    this.tensors.set(tensor.name, tensor);
  }

  /** Adds the node under `wish` or a name like it, and its outputs. */
  addNode(wish: string, described: Omit<GraphNode, "name">, opset: number): void {
    const node = { name: this.nodeNames.unique(wish), ...described };
    for (const tensor of this.infer(node, opset)) if (tensor.name !== "") this.addTensor(tensor);
    this.nodes.push(node);
  }

  private infer(node: GraphNode, opset: number): Tensor[] {
    const inputs = node.inputs.map((name) => (name === "" ? undefined : this.tensors.get(name)!));
    if (!hasShapeRule(node.operator, node.domain)) {
      const declared = node.outputs.map((name) => declaredTensor(this.declared.get(name)));
      if (declared.every((tensor) => tensor !== undefined)) {
        const constant = inputs.every((input) => input?.constant !== false);
        return declared.map((tensor) => ({ ...tensor, constant }));
      }
    }
    return inferOutputs(node, inputs, opset);
  }
}

const wordFor = { nodes: "nodes", links: "inputs and outputs of nodes", knownValues: "constant values" } as const;

export function exceeded(what: string): never {
  throw new LitepredError("limit-exceeded", `the model is refused: ${what}`, "", flattenLimits);
}
