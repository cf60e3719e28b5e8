/**
 * The graph while it grows: adds nodes with their inferred outputs and constants, under names that nothing else has, and
 * keeps count. Knows nothing of the file.
 */
import { LitepredError } from "../../base/index.js";
import {
  type AttributeValue,
  type DataType,
  type GraphNode,
  identity,
  inferOutputs,
  type Permutation,
  permute,
  sameBytes,
  samePermutation,
  type Tensor,
} from "../../graph/index.js";
import { Names } from "../names.js";

/** Operators of this set are what the translations are written in: the first with Gelu. */
export const opset = 20;

/** Choices: a hundred times what the largest models need. */
export const limits = { nodes: 100_000, links: 1_000_000, knownValues: 8_000_000 } as const;
const words = { nodes: "nodes", links: "inputs and outputs of nodes", knownValues: "constant values" } as const;

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** The graph's shape of what is stored as `stored` in the order `perm`. */
export function unpermute<T>(stored: readonly T[], perm: Permutation): T[] {
  const shape = new Array<T>(stored.length);
  perm.forEach((axis, i) => {
    shape[axis] = stored[i]!;
  });
  return shape;
}

export class GrowingGraph {
  readonly tensors = new Map<string, Tensor>();
  readonly nodes: GraphNode[] = [];
  protected readonly names = new Names();
  private readonly nodeNames = new Names();
  private readonly counts = { nodes: 0, links: 0, knownValues: 0 };
  /** By content, or by name and order: constants that are there, and the same tensor in other orders. */
  private readonly variants = new Map<string, string>();

  /** @throws LitepredError `limit-exceeded` */
  count(what: keyof typeof limits, more: number): void {
    this.counts[what] += more;
    if (this.counts[what] > limits[what])
      throw new LitepredError("limit-exceeded", `the model is refused: more than ${limits[what]} ${words[what]}`);
  }

  shapeOf(name: string): readonly number[] {
    return this.tensorOf(name).shape;
  }

  emit(operator: string, inputs: readonly string[], outputs: readonly string[], attributes: Attributes): void {
    this.count("nodes", 1);
    this.count("links", inputs.length + outputs.length);
    const name = this.nodeNames.unique(`${operator}_${this.nodes.length}`);
    const node: GraphNode = { name, operator, domain: "", inputs, outputs, attributes };
    const given = inputs.map((input) => (input === "" ? undefined : this.tensorOf(input)));
    for (const tensor of inferOutputs(node, given, opset)) this.addTensor(tensor);
    this.nodes.push(node);
  }

  /** A node inside of a formula; returns the name of its output. */
  node(operator: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const name = this.names.unique(`${operator}_${this.nodes.length}_out`);
    this.emit(operator, inputs, [name], attributes);
    return name;
  }

  /** Name of a constant that is not in the file. */
  constant(shape: readonly number[], values: readonly number[], type: DataType = "float32"): string {
    return this.once(`constant ${shape.join()} ${values.join()} ${type}`, () =>
      this.addTensor({ name: this.names.unique("constant"), shape, type, constant: true, values }),
    );
  }

  integers(values: readonly number[]): string {
    return this.constant([values.length], values, "int64");
  }

  /** The same tensor for another order of the graph's axes: what is stored stays the same. */
  reorder(name: string, perm: Permutation, wanted: Permutation): string {
    if (samePermutation(perm, wanted)) return name;
    return this.once(`${perm.join()}→${wanted.join()} ${name}`, () => this.moved(name, unpermute(perm, wanted)));
  }

  protected tensorOf(name: string): Tensor {
    return this.tensors.get(name)!;
  }

  protected addTensor(tensor: Tensor): string {
    this.count("knownValues", tensor.values?.length ?? 0);
    this.tensors.set(tensor.name, tensor);
    return tensor.name;
  }

  private moved(name: string, axes: Permutation): string {
    const shape = this.shapeOf(name);
    const moved = permute(shape, axes);
    const made = this.names.unique(`${name}/${axes.join("")}`);
    if (sameBytes(shape, identity(shape.length), axes))
      this.emit("Reshape", [name, this.integers(moved)], [made], { allowzero: 1 });
    else this.emit("Transpose", [name], [made], { perm: axes });
    return made;
  }

  private once(key: string, make: () => string): string {
    const known = this.variants.get(key) ?? make();
    this.variants.set(key, known);
    return known;
  }
}
