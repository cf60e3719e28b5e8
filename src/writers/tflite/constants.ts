/** Constants of the model that is written: each once for the same content, order and type. */
import { type Graph, identity, type Permutation, permute, permuteValues } from "../../graph/index.js";
import { Operands } from "../operands.js";
import { type ElementType, ModelBuilder, type Quantization, type TensorSpec } from "./model-builder.js";
import { quantizeOperand } from "./quantization.js";

export class Constants extends Operands {
  protected readonly builder: ModelBuilder;
  protected serial = 0;
  private readonly constants = new Map<string, number>();

  constructor(graph: Graph, original: Graph, seed: number) {
    super(graph, original, seed);
    this.builder = new ModelBuilder(graph.name);
  }

  /** A constant's values reordered, as a tensor; leading axes of length 1 are left away with `trim`. */
  constant(name: string, perm?: Permutation, options: { trim?: boolean; type?: ElementType } = {}): number {
    const { trim = false, type = "float32" } = options;
    const key = `${name}|${perm?.join() ?? ""}|${trim}|${type}`;
    return this.once(key, () => {
      const shape = this.shape(name);
      const order = perm ?? identity(shape.length);
      const sizes = permute(shape, order);
      const values = permuteValues(this.floats(name), shape, order);
      return this.constantOf(key, trim ? trimmed(sizes) : sizes, values, type);
    });
  }

  constantOf(name: string, shape: readonly number[], values: Float32Array, type: ElementType = "float32"): number {
    if (type === "int8") return this.constantTensor({ name, shape, type, ...quantizeOperand(values) });
    if (type === "int32") return this.constantTensor({ name, shape, type, data: Int32Array.from(values) });
    return this.constantTensor({ name, shape, type: "float32", data: values });
  }

  constantTensor(spec: TensorSpec): number {
    return this.builder.tensor(spec);
  }

  /** A number that an operator is given: rank 0. */
  scalar(value: number, type: ElementType = "float32"): number {
    return this.once(`scalar ${value} ${type}`, () =>
      this.constantOf(`scalar ${value}`, [], Float32Array.of(value), type),
    );
  }

  /** Shapes, axes, paddings: int32. */
  integers(values: readonly number[], shape: readonly number[] = [values.length]): number {
    const name = `integers ${values.join()} ${shape.join()}`;
    return this.once(name, () => this.constantTensor({ name, shape, type: "int32", data: Int32Array.from(values) }));
  }

  /** A tensor inside of a formula. */
  temporary(shape: readonly number[], type: ElementType = "float32", quantization?: Quantization): number {
    return this.builder.tensor({ name: `temporary ${this.serial++}`, shape, type, quantization });
  }

  private once(key: string, make: () => number): number {
    const known = this.constants.get(key) ?? make();
    this.constants.set(key, known);
    return known;
  }
}

function trimmed(sizes: readonly number[]): number[] {
  const first = sizes.findIndex((size) => size !== 1);
  return first < 0 ? [] : sizes.slice(first);
}
