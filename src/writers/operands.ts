/** What every writer's lowering asks of the graph: its tensors, and the values of its constants. */
import { LitepredError } from "../base/index.js";
import { elementCount, type Graph, type GraphNode, type Tensor } from "../graph/index.js";
import { createWeightSource, readersOf, weightRange } from "./weights.js";

export class Operands {
  private readonly weights;
  private readonly readers;

  /** @param original the graph before anything was fused: what role a weight plays decides its seeded values */
  constructor(
    readonly graph: Graph,
    original: Graph,
    seed: number,
  ) {
    this.weights = createWeightSource(seed);
    this.readers = readersOf(original);
  }

  shape(name: string): readonly number[] {
    return this.tensor(name).shape;
  }

  /** Float values of a constant, seeded where the graph has none. */
  floats(name: string): Float32Array {
    const constant = this.tensor(name);
    if (constant.values !== undefined) return Float32Array.from(constant.values);
    const values = new Float32Array(elementCount(constant.shape));
    if (constant.type === "float32") this.weights.fill(name, weightRange(constant, this.readers.get(name)), values);
    return values;
  }

  /** Known whole numbers of a constant (shape, axes). @throws LitepredError `unsupported-operator` where they are not. */
  numbers(name: string): number[] {
    const { values, constant } = this.tensor(name);
    if (constant && values !== undefined) return Array.from(values);
    throw new LitepredError(
      "unsupported-operator",
      `${this.graph.name}: "${name}" must be known when the model is written`,
    );
  }

  protected tensor(name: string): Tensor {
    const found = this.graph.tensors.get(name);
    if (found !== undefined) return found;
    throw new LitepredError("invalid-model", `${this.graph.name}: there is no tensor "${name}"`);
  }

  protected readTooEarly(name: string): LitepredError {
    return new LitepredError("invalid-model", `${this.graph.name}: tensor "${name}" is read before it is computed`);
  }
}

/** @throws LitepredError `unsupported-operator` */
export function unsupported(node: GraphNode, why: string): never {
  throw new LitepredError("unsupported-operator", `${node.name}: ${node.operator} ${why}`, "", { node: node.name });
}
