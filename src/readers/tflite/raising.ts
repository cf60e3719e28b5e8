/**
 * What the operator files (operators/) work with: reads a tensor of the file in the axis order that an operator needs,
 * and defines its results. The inverse of the writer's lowering: a tensor's stored axis i is the graph's axis `perm[i]`,
 * orders travel through the operators, and a Transpose comes into the graph only where an operator needs another order
 * than the one that arrives.
 *
 * Quantised tensors are float in the graph, with a pair of QuantizeLinear and DequantizeLinear behind what makes them.
 */
import { LitepredError } from "../../base/index.js";
import {
  type DataType,
  elementCount,
  identity,
  nhwc,
  type Permutation,
  permute,
  samePermutation,
} from "../../graph/index.js";
import { type Attributes, GrowingGraph, unpermute } from "./growing-graph.js";
import { constantValues, type FileModel, type FileOperator, type FileTensor, invalid, type Scale } from "./model.js";

/** A tensor of the file as the graph has it. */
export interface Value {
  readonly name: string;
  readonly perm: Permutation;
}

interface Pair {
  readonly scale: Scale;
  readonly type: DataType;
}

export class Raising extends GrowingGraph {
  private readonly values = new Map<number, Value>();
  private readonly outputs: ReadonlySet<number>;
  private readonly readers = new Map<number, Set<string>>();

  constructor(
    readonly file: FileModel,
    operators: readonly FileOperator[],
  ) {
    super();
    this.outputs = new Set(file.outputs);
    for (const { builtin, inputs } of operators)
      for (const index of inputs) this.readers.set(index, (this.readers.get(index) ?? new Set()).add(builtin));
  }

  value(index: number): Value {
    const known = this.values.get(index) ?? this.readConstant(index);
    this.values.set(index, known);
    return known;
  }

  /** Builtin operators that read the tensor. */
  readersOf(index: number): ReadonlySet<string> {
    return this.readers.get(index) ?? new Set();
  }

  order(index: number): Permutation {
    return this.value(index).perm;
  }

  /** Images leave the model in the graph's order, everything else as it is stored. */
  outputOrder(index: number): Permutation {
    const perm = this.order(index);
    return samePermutation(perm, nhwc) ? nhwc : identity(perm.length);
  }

  /** Shape as the file stores it. */
  stored(index: number): number[] {
    const { name, perm } = this.value(index);
    return permute(this.shapeOf(name), perm);
  }

  isConstant(index: number): boolean {
    return this.tensorOf(this.value(index).name).constant;
  }

  /** Known numbers of a constant (shape, axes), in the stored order. @throws LitepredError `unsupported-operator`. */
  numbers(index: number): number[] {
    const { values, shape, constant } = this.tensorOf(this.read(index));
    if (constant && values !== undefined) return Array.from(values);
    if (elementCount(shape) === 0) return [];
    throw new LitepredError(
      "unsupported-operator",
      `${this.describe(index)} decides a shape and is known only at run time`,
      "Convert the model with static shapes.",
    );
  }

  /** Name of the tensor in this order; in the file's own where none is given. */
  read(index: number, wanted?: Permutation): string {
    const { name, perm } = this.value(index);
    const order = wanted ?? identity(perm.length);
    if (order.length !== perm.length)
      throw invalid(`${this.describe(index)} has ${perm.length} axes where ${order.length} are needed`);
    return this.reorder(name, perm, order);
  }

  /** From here on the tensor is there in the graph's own order: what reads it works on its last axis. */
  settle(index: number): void {
    const name = this.read(index);
    this.values.set(index, { name, perm: identity(this.order(index).length) });
  }

  /** The operator's only result in the order `perm`, after `activation` where there is one. */
  result(
    index: number,
    perm: Permutation,
    operator: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    activation?: (name: string, output: string) => void,
  ): void {
    const last = activation === undefined ? undefined : this.names.unique(`${this.wishFor(index)}/before`);
    const [name, float] = this.resultNames(index);
    this.emit(operator, inputs, [last ?? float], attributes);
    if (last !== undefined) activation!(last, float);
    this.close(index, perm, float, name);
  }

  /** Several results of one node. */
  results(
    indices: readonly number[],
    perms: readonly Permutation[],
    operator: string,
    inputs: readonly string[],
    attributes: Attributes = {},
  ): void {
    const names = indices.map((index) => this.nameFor(index));
    const floats = names.map((name, i) => this.floatName(indices[i]!, name));
    this.emit(operator, inputs, floats, attributes);
    for (const [i, index] of indices.entries()) this.close(index, perms[i]!, floats[i]!, names[i]!);
  }

  /** The tensor is a constant of unknown values. */
  weight(index: number, shape: readonly number[], type: DataType): void {
    const name = this.addTensor({ name: this.nameFor(index), shape, type, constant: true });
    this.alias(index, { name, perm: identity(shape.length) });
  }

  /** The tensor is one that there is already. */
  alias(index: number, made: Value): void {
    if (this.values.has(index)) throw invalid(`${this.describe(index)} is computed twice`);
    this.values.set(index, made);
  }

  addInput(index: number, shape: readonly number[], perm: Permutation): string {
    const pair = this.pairOf(index);
    const name = this.nameFor(index);
    const type = pair === undefined ? this.file.tensor(index).type : "float32";
    this.addTensor({ name, shape: unpermute(shape, perm), type, constant: false });
    const read = pair === undefined ? name : this.names.unique(`${name}/dequantized`);
    if (pair !== undefined) this.emitPair(name, read, pair, perm);
    this.alias(index, { name: read, perm });
    return name;
  }

  private describe(index: number): string {
    return `tensor ${index} "${this.file.tensor(index).name}"`;
  }

  private wishFor(index: number): string {
    return this.file.tensor(index).name || `tensor_${index}`;
  }

  private nameFor(index: number): string {
    return this.names.unique(this.wishFor(index));
  }

  /** Of the tensor, and of what is computed: another where a pair stands in between. */
  private resultNames(index: number): [name: string, float: string] {
    const name = this.nameFor(index);
    return [name, this.floatName(index, name)];
  }

  private floatName(index: number, name: string): string {
    return this.pairOf(index) === undefined ? name : this.names.unique(`${name}/float`);
  }

  private readConstant(index: number): Value {
    if (index === -1) throw invalid("an input that must be there is omitted");
    const tensor = this.file.tensor(index);
    if (tensor.isVariable)
      throw new LitepredError("unsupported-operator", `${this.describe(index)} keeps its content from run to run`);
    const { data, shape } = tensor;
    if (data === undefined && elementCount(shape) > 0)
      throw invalid(`${this.describe(index)} is read before it is computed`);
    const values = constantValues(tensor, this.describe(index));
    const type: DataType = tensor.scale !== undefined || tensor.type === "float16" ? "float32" : tensor.type;
    const stored = tensor.scale !== undefined && tensor.type !== "int32" ? { stored: { type: tensor.type } } : {};
    const name = this.addTensor({ name: this.nameFor(index), shape, type, constant: true, values, ...stored });
    return { name, perm: identity(shape.length) };
  }

  /** Where a run-time tensor is stored in 8 bits between operators. At the model's end nothing is left to convert. */
  private pairOf(index: number): Pair | undefined {
    const { scale, type }: FileTensor = this.file.tensor(index);
    return scale === undefined || type === "int32" || this.outputs.has(index) ? undefined : { scale, type };
  }

  /** A pair behind `from`; the pair's end is `to`. */
  private emitPair(from: string, to: string, { scale: { scale, zeroPoint, axis }, type }: Pair, perm: Permutation) {
    const shape = scale.length > 1 ? [scale.length] : [];
    const attributes: Attributes = scale.length > 1 && perm[axis] !== undefined ? { axis: perm[axis] } : {};
    const parameters = [this.constant(shape, scale), this.constant(shape, zeroPoint, type)];
    const integers = this.names.unique(`${to}/quantized`);
    this.emit("QuantizeLinear", [from, ...parameters], [integers], attributes);
    this.emit("DequantizeLinear", [integers, ...parameters], [to], attributes);
  }

  /** Makes `float` known as the tensor; behind it comes the pair that ends in `name`, where there is one. */
  private close(index: number, perm: Permutation, float: string, name: string): void {
    const pair = float === name ? undefined : this.pairOf(index);
    if (pair !== undefined) this.emitPair(float, name, pair, perm);
    if (perm.length !== this.shapeOf(name).length) throw new Error(`internal: ${name} has another rank than its order`);
    this.alias(index, { name, perm });
  }
}
