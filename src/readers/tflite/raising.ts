/**
 * The graph while it grows, and what the operator files (operators/) work with: reads a tensor of the file in the axis
 * order that an operator needs, and defines its results. The inverse of the writer's lowering: a tensor's stored axis i
 * is the graph's axis `perm[i]`, orders travel through the operators, and a Transpose comes into the graph only where an
 * operator needs another order than the one that arrives.
 *
 * Quantised tensors are float in the graph, with a pair of QuantizeLinear and DequantizeLinear behind what makes them.
 */
import { LitepredError } from "../../base/index.js";
import {
  type AttributeValue,
  type DataType,
  elementCount,
  type GraphNode,
  identity,
  inferOutputs,
  nhwc,
  type Permutation,
  permute,
  sameBytes,
  samePermutation,
  type Tensor,
} from "../../graph/index.js";
import { Names } from "../names.js";
import { constantValues, type FileModel, type FileOperator, type FileTensor, invalid, type Scale } from "./model.js";

/** Operators of this set are what the translations are written in: the first with Gelu. */
export const opset = 20;

/** Choices: a hundred times what the largest models need. */
export const limits = { nodes: 100_000, links: 1_000_000, knownValues: 8_000_000 } as const;
const words = { nodes: "nodes", links: "inputs and outputs of nodes", knownValues: "constant values" } as const;

/** A tensor of the file as the graph has it. */
export interface Value {
  readonly name: string;
  readonly perm: Permutation;
}

export type Attributes = Readonly<Record<string, AttributeValue>>;
export type Raising = ReturnType<typeof createRaising>;

/** The graph's shape of what is stored as `stored` in the order `perm`. */
export function unpermute<T>(stored: readonly T[], perm: Permutation): T[] {
  const shape = new Array<T>(stored.length);
  perm.forEach((axis, i) => {
    shape[axis] = stored[i]!;
  });
  return shape;
}

export function createRaising(file: FileModel, operators: readonly FileOperator[]) {
  const tensors = new Map<string, Tensor>();
  const nodes: GraphNode[] = [];
  const tensorNames = new Names();
  const nodeNames = new Names();
  const values = new Map<number, Value>();
  /** By name and order: the same tensor in other orders. */
  const variants = new Map<string, string>();
  const counts = { nodes: 0, links: 0, knownValues: 0 };
  const outputs = new Set(file.outputs);
  const readers = new Map<number, Set<string>>();
  for (const { builtin, inputs } of operators)
    for (const index of inputs) readers.set(index, (readers.get(index) ?? new Set()).add(builtin));

  const count = (what: keyof typeof counts, more: number) => {
    counts[what] += more;
    if (counts[what] > limits[what])
      throw new LitepredError("limit-exceeded", `the model is refused: more than ${limits[what]} ${words[what]}`);
  };
  const addTensor = (tensor: Tensor): string => {
    count("knownValues", tensor.values?.length ?? 0);
    tensors.set(tensor.name, tensor);
    return tensor.name;
  };
  const tensorOf = (name: string): Tensor => tensors.get(name)!;
  const describe = (index: number) => `tensor ${index} "${file.tensor(index).name}"`;
  const wishFor = (index: number) => file.tensor(index).name || `tensor_${index}`;

  const readConstant = (index: number): Value => {
    const tensor = file.tensor(index);
    const known = constantValues(tensor, describe(index));
    const type: DataType = tensor.scale !== undefined || tensor.type === "float16" ? "float32" : tensor.type;
    const name = tensorNames.unique(wishFor(index));
    addTensor({ name, shape: tensor.shape, type, constant: true, ...(known ? { values: known } : {}) });
    return { name, perm: identity(tensor.shape.length) };
  };

  const value = (index: number): Value => {
    const known = values.get(index);
    if (known !== undefined) return known;
    if (index === -1) throw invalid("an input that must be there is omitted");
    const tensor = file.tensor(index);
    if (tensor.isVariable)
      throw new LitepredError("unsupported-operator", `${describe(index)} keeps its content from run to run`);
    const isEmpty = elementCount(tensor.shape) === 0;
    if (tensor.data === undefined && !isEmpty) throw invalid(`${describe(index)} is read before it is computed`);
    const constant = readConstant(index);
    values.set(index, constant);
    return constant;
  };

  const register = (index: number, made: Value): void => {
    if (values.has(index)) throw invalid(`${describe(index)} is computed twice`);
    values.set(index, made);
  };

  const emit = (
    operator: string,
    inputs: readonly string[],
    names: readonly string[],
    attributes: Attributes,
  ): void => {
    count("nodes", 1);
    count("links", inputs.length + names.length);
    const name = nodeNames.unique(`${operator}_${nodes.length}`);
    const node: GraphNode = { name, operator, domain: "", inputs, outputs: names, attributes };
    const given = inputs.map((input) => (input === "" ? undefined : tensorOf(input)));
    for (const tensor of inferOutputs(node, given, opset)) addTensor(tensor);
    nodes.push(node);
  };

  /** A pair behind `from`; the pair's end is `to`. */
  const emitPair = (from: string, to: string, { scale, zeroPoint, axis }: Scale, type: DataType, perm: Permutation) => {
    const shape = scale.length > 1 ? [scale.length] : [];
    const attributes: Attributes = scale.length > 1 && perm[axis] !== undefined ? { axis: perm[axis] } : {};
    const parameters = [raising.constant(shape, scale), raising.constant(shape, zeroPoint, type)];
    const integers = tensorNames.unique(`${to}/quantized`);
    emit("QuantizeLinear", [from, ...parameters], [integers], attributes);
    emit("DequantizeLinear", [integers, ...parameters], [to], attributes);
  };

  /** Where a run-time tensor is stored in 8 bits between operators. At the model's end nothing is left to convert. */
  const pairOf = (index: number): { scale: Scale; type: DataType } | undefined => {
    const { scale, type }: FileTensor = file.tensor(index);
    return scale === undefined || type === "int32" || outputs.has(index) ? undefined : { scale, type };
  };

  const raising = {
    count,
    tensors,
    nodes,
    file,
    value,
    /** Builtin operators that read the tensor. */
    readersOf: (index: number): ReadonlySet<string> => readers.get(index) ?? new Set(),
    nameFor: (index: number) => tensorNames.unique(wishFor(index)),
    order: (index: number): Permutation => value(index).perm,
    /** Images leave the model in the graph's order, everything else as it is stored. */
    outputOrder: (index: number): Permutation =>
      samePermutation(value(index).perm, nhwc) ? nhwc : identity(value(index).perm.length),
    shapeOf: (name: string): readonly number[] => tensorOf(name).shape,
    /** Shape as the file stores it. */
    stored(index: number): number[] {
      const { name, perm } = value(index);
      return permute(tensorOf(name).shape, perm);
    },
    isConstant: (index: number): boolean => tensorOf(value(index).name).constant,

    /** Known numbers of a constant (shape, axes), in the stored order. @throws LitepredError `unsupported-operator`. */
    numbers(index: number): number[] {
      const name = raising.read(index);
      const { values: known, shape, constant } = tensorOf(name);
      if (constant && known !== undefined) return Array.from(known);
      if (elementCount(shape) === 0) return [];
      throw new LitepredError(
        "unsupported-operator",
        `${describe(index)} decides a shape and is known only at run time`,
        "Convert the model with static shapes.",
      );
    },

    /** Name of a constant that is not in the file. */
    constant(shape: readonly number[], known: readonly number[], type: DataType = "float32"): string {
      const key = `constant ${shape.join()} ${known.join()} ${type}`;
      const before = variants.get(key);
      if (before !== undefined) return before;
      const name = addTensor({ name: tensorNames.unique("constant"), shape, type, constant: true, values: known });
      variants.set(key, name);
      return name;
    },
    integers: (known: readonly number[]): string => raising.constant([known.length], known, "int64"),

    /** Name of the tensor in this order; in the file's own where none is given. */
    read(index: number, wanted?: Permutation): string {
      const { name, perm } = value(index);
      const order = wanted ?? identity(perm.length);
      if (order.length !== perm.length)
        throw invalid(`${describe(index)} has ${perm.length} axes where ${order.length} are needed`);
      return raising.reorder(name, perm, order);
    },

    /** The same tensor for another order of the graph's axes: what is stored stays the same. */
    reorder(name: string, perm: Permutation, wanted: Permutation): string {
      if (samePermutation(perm, wanted)) return name;
      const key = `${perm.join()}→${wanted.join()} ${name}`;
      const known = variants.get(key);
      if (known !== undefined) return known;
      const axes = unpermute(perm, wanted);
      const shape = permute(tensorOf(name).shape, axes);
      const made = tensorNames.unique(`${name}/${axes.join("")}`);
      if (sameBytes(tensorOf(name).shape, identity(perm.length), axes))
        emit("Reshape", [name, raising.integers(shape)], [made], { allowzero: 1 });
      else emit("Transpose", [name], [made], { perm: axes });
      variants.set(key, made);
      return made;
    },

    /** From here on the tensor is there in the graph's own order: what reads it works on its last axis. */
    settle(index: number): void {
      const name = raising.read(index);
      values.set(index, { name, perm: identity(value(index).perm.length) });
    },

    /** A node inside of a formula; returns the name of its output. */
    node(operator: string, inputs: readonly string[], attributes: Attributes = {}): string {
      const name = tensorNames.unique(`${operator}_${nodes.length}_out`);
      emit(operator, inputs, [name], attributes);
      return name;
    },

    /** The operator's only result in the order `perm`, after `activation` where there is one. */
    result(
      index: number,
      perm: Permutation,
      operator: string,
      inputs: readonly string[],
      attributes: Attributes = {},
      activation?: (name: string, output: string) => void,
    ): void {
      const last = activation === undefined ? undefined : tensorNames.unique(`${wishFor(index)}/before`);
      const pair = pairOf(index);
      const name = raising.nameFor(index);
      const float = pair === undefined ? name : tensorNames.unique(`${name}/float`);
      emit(operator, inputs, [last ?? float], attributes);
      if (last !== undefined) activation!(last, float);
      raising.close(index, perm, float, name);
    },

    /** Several results of one node. */
    results(
      indices: readonly number[],
      perms: readonly Permutation[],
      operator: string,
      inputs: readonly string[],
      attributes: Attributes = {},
    ): void {
      const names = indices.map(raising.nameFor);
      const floats = names.map((name, i) => (pairOf(indices[i]!) ? tensorNames.unique(`${name}/float`) : name));
      emit(operator, inputs, floats, attributes);
      for (const [i, index] of indices.entries()) raising.close(index, perms[i]!, floats[i]!, names[i]!);
    },

    /** Makes `float` known as the tensor; behind it comes the pair that ends in `name`, where there is one. */
    close(index: number, perm: Permutation, float: string, name: string): void {
      const pair = float === name ? undefined : pairOf(index);
      if (pair !== undefined) emitPair(float, name, pair.scale, pair.type, perm);
      if (perm.length !== tensorOf(name).shape.length)
        throw new Error(`internal: ${name} has another rank than its order`);
      register(index, { name, perm });
    },
    emit,

    /** The tensor is a constant of unknown values. */
    weight(index: number, shape: readonly number[], type: DataType): void {
      const name = addTensor({ name: raising.nameFor(index), shape, type, constant: true });
      register(index, { name, perm: identity(shape.length) });
    },

    /** The tensor is one that there is already. */
    alias: register,

    addInput(index: number, shape: readonly number[], perm: Permutation): string {
      const pair = pairOf(index);
      const { type } = file.tensor(index);
      const name = raising.nameFor(index);
      const element = pair === undefined ? type : "float32";
      addTensor({ name, shape: unpermute(shape, perm), type: element, constant: false });
      const read = pair === undefined ? name : tensorNames.unique(`${name}/dequantized`);
      if (pair !== undefined) emitPair(name, read, pair.scale, pair.type, perm);
      register(index, { name: read, perm });
      return name;
    },
  };
  return raising;
}
