/**
 * What the operator files (operators/) work with: reads a graph's tensor in the order and element type that an operator
 * needs (writing a TRANSPOSE, QUANTIZE or DEQUANTIZE only where there is no such tensor yet), and defines its results.
 */
import { LitepredError } from "../../base/index.js";
import {
  between,
  elementCount,
  type Graph,
  type GraphNode,
  identity,
  nhwc,
  type Permutation,
  permute,
  permuteValues,
  sameBytes,
  samePermutation,
  type Tensor,
} from "../../graph/index.js";
import { createWeightSource, readersOf, weightRange } from "../weights.js";
import { createModelBuilder, type ElementType, type Quantization } from "./model-builder.js";
import { quantizeOperand } from "./quantization.js";

interface Variant {
  readonly index: number;
  readonly perm: Permutation;
  readonly type: ElementType;
  readonly quantization?: Quantization | undefined;
}

export interface LoweringPlan {
  readonly seed: number;
  /** The graph before anything was fused: what role a weight plays decides its seeded values. */
  readonly original: Graph;
  /** Scales of run-time tensors where the model is int8. */
  readonly scaleOf: ((name: string) => Quantization) | undefined;
}

export type Lowering = ReturnType<typeof createLowering>;

export function createLowering(graph: Graph, plan: LoweringPlan) {
  const builder = createModelBuilder(graph.name);
  const weights = createWeightSource(plan.seed);
  const readers = readersOf(plan.original);
  const variants = new Map<string, Variant[]>();
  const constants = new Map<string, number>();
  const inputs = new Set(graph.inputs);

  const operators = new Set(plan.original.nodes.map((node) => node.operator));
  // Four axes are an image, but for graphs of attention, where they are heads.
  const hasImages = operators.has("Conv") || !(operators.has("MatMul") || operators.has("LayerNormalization"));

  const tensor = (name: string): Tensor => {
    const found = graph.tensors.get(name);
    if (found === undefined) throw new LitepredError("invalid-model", `${graph.name}: there is no tensor "${name}"`);
    return found;
  };
  const shape = (name: string) => tensor(name).shape;
  /** The network's floats are int8 at the border of an int8 model; what is not a float stays. */
  const borderType = (name: string): ElementType => {
    const { type } = tensor(name);
    if (type === "float32") return plan.scaleOf ? "int8" : "float32";
    if (type === "bool" || type === "uint8" || type === "int8") return type;
    return "int32";
  };

  /** All orders and types that a run-time tensor is there in; an input comes into being in the order of its first reader. */
  const variantsOf = (name: string, wanted: Permutation): Variant[] => {
    const known = variants.get(name);
    if (known !== undefined) return known;
    if (!inputs.has(name))
      throw new LitepredError("invalid-model", `${graph.name}: tensor "${name}" is read before it is computed`);
    const type = borderType(name);
    const quantization = type === "int8" ? plan.scaleOf?.(name) : undefined;
    const index = builder.tensor({ name, shape: permute(shape(name), wanted), type, quantization });
    const made = [{ index, perm: wanted, type, quantization }];
    variants.set(name, made);
    return made;
  };

  const transposed = (name: string, from: Variant, perm: Permutation): Variant => {
    const { type, quantization } = from;
    const sizes = permute(shape(name), perm);
    const index = builder.tensor({ name: `${name}/${perm.join("")}`, shape: sizes, type, quantization });
    if (sameBytes(shape(name), from.perm, perm)) lowering.reshapeTo(from.index, index, sizes);
    else
      builder.operator("TRANSPOSE", [from.index, lowering.integers(between(from.perm, perm))], [index], {
        table: "TransposeOptions",
      });
    return { index, perm, type, quantization };
  };

  const converted = (name: string, from: Variant, type: ElementType, quantization?: Quantization): Variant => {
    const sizes = permute(shape(name), from.perm);
    const to = type === "int8" ? (quantization ?? plan.scaleOf?.(name)) : undefined;
    const index = builder.tensor({ name: `${name}/${type}${serial++}`, shape: sizes, type, quantization: to });
    if (type === "int8") builder.operator("QUANTIZE", [from.index], [index], { table: "QuantizeOptions" });
    else builder.operator("DEQUANTIZE", [from.index], [index], { table: "DequantizeOptions" });
    return { index, perm: from.perm, type, quantization: to };
  };
  let serial = 0;

  const lowering = {
    graph,
    shape,
    isInt8: plan.scaleOf !== undefined,
    isConstant: (name: string) => tensor(name).constant && !variants.has(name),
    isInput: (name: string) => inputs.has(name),
    scaleOf: (name: string): Quantization | undefined => plan.scaleOf?.(name),

    /** Float values of a constant, seeded where the graph has none. */
    floats(name: string): Float32Array {
      const constant = tensor(name);
      if (constant.values !== undefined) return Float32Array.from(constant.values);
      const values = new Float32Array(elementCount(constant.shape));
      if (constant.type === "float32") weights.fill(name, weightRange(constant, readers.get(name)), values);
      return values;
    },

    /** Known whole numbers of a constant (shape, axes). @throws LitepredError `unsupported-operator` where they are not. */
    numbers(name: string): number[] {
      const { values, constant } = tensor(name);
      if (constant && values !== undefined) return Array.from(values);
      throw new LitepredError(
        "unsupported-operator",
        `${graph.name}: "${name}" must be known when the model is written`,
      );
    },

    /** The order that a run-time tensor is in; `preferred` where that is still open. */
    order(name: string, preferred?: Permutation): Permutation {
      const rank = shape(name).length;
      return variantsOf(name, preferred ?? (rank === 4 && hasImages ? nhwc : identity(rank)))[0]!.perm;
    },

    /** Number of a run-time tensor in this order and type. `quantization`: a scale that the reader demands. */
    read(name: string, perm: Permutation, type?: ElementType, quantization?: Quantization): number {
      const known = variantsOf(name, perm);
      const wanted = type ?? (borderType(name) === "int8" ? "float32" : borderType(name));
      const scale =
        wanted === "int8" ? (quantization ?? known.find((v) => v.type === "int8")?.quantization) : undefined;
      const fits = (v: Variant) =>
        v.type === wanted && (scale === undefined || v.quantization?.scale[0] === scale.scale[0]);
      const exact = known.find((v) => fits(v) && samePermutation(v.perm, perm));
      if (exact) return exact.index;
      const moved =
        known.find((v) => samePermutation(v.perm, perm)) ??
        keep(name, transposed(name, known.find(fits) ?? known[0]!, perm));
      return fits(moved) ? moved.index : keep(name, converted(name, moved, wanted, scale)).index;
    },

    /** A constant's values reordered, as a tensor; leading axes of length 1 are left away with `trim`. */
    constant(name: string, perm?: Permutation, options: { trim?: boolean; type?: ElementType } = {}): number {
      const { trim = false, type = "float32" } = options;
      const key = `${name}|${perm?.join() ?? ""}|${trim}|${type}`;
      const known = constants.get(key);
      if (known !== undefined) return known;
      const sizes = permute(shape(name), perm ?? identity(shape(name).length));
      const values = permuteValues(lowering.floats(name), shape(name), perm ?? identity(shape(name).length));
      const made = lowering.constantOf(key, trim ? trimmed(sizes) : sizes, values, type);
      constants.set(key, made);
      return made;
    },

    constantOf(name: string, sizes: readonly number[], values: Float32Array, type: ElementType = "float32"): number {
      if (type === "int8") return builder.tensor({ name, shape: sizes, type, ...quantizeOperand(values) });
      if (type === "int32") return builder.tensor({ name, shape: sizes, type, data: Int32Array.from(values) });
      return builder.tensor({ name, shape: sizes, type: "float32", data: values });
    },

    /** A number that an operator is given: rank 0. */
    scalar(value: number, type: ElementType = "float32"): number {
      return once(`scalar ${value} ${type}`, () =>
        lowering.constantOf(`scalar ${value}`, [], Float32Array.of(value), type),
      );
    },

    /** Shapes, axes, paddings: int32. */
    integers(values: readonly number[], sizes: readonly number[] = [values.length]): number {
      const key = `integers ${values.join()} ${sizes.join()}`;
      return once(key, () => builder.tensor({ name: key, shape: sizes, type: "int32", data: Int32Array.from(values) }));
    },

    /** The node's result in this order; what reads it later finds it. */
    define(name: string, perm: Permutation, type?: ElementType, quantization?: Quantization): number {
      const made = type ?? (borderType(name) === "int8" ? "float32" : borderType(name));
      const scale = made === "int8" ? (quantization ?? plan.scaleOf?.(name)) : undefined;
      const sizes = permute(shape(name), perm);
      const index = builder.tensor({ name, shape: sizes, type: made, quantization: scale });
      variants.set(name, [{ index, perm, type: made, quantization: scale }]);
      return index;
    },

    /** The node's result is the tensor that it reads. */
    alias(name: string, of: string, perm: Permutation): void {
      variants.set(
        name,
        variantsOf(of, perm).map((variant) => ({ ...variant, perm })),
      );
    },

    /** A tensor inside of a formula. */
    temporary(sizes: readonly number[], type: ElementType = "float32", quantization?: Quantization): number {
      return builder.tensor({ name: `temporary ${serial++}`, shape: sizes, type, quantization });
    },
    constantTensor: builder.tensor,
    emit: builder.operator,

    reshapeTo(from: number, to: number, sizes: readonly number[]): void {
      builder.operator("RESHAPE", [from, lowering.integers(sizes)], [to], { table: "ReshapeOptions", newShape: sizes });
    },

    /** Writes outputs in the usual orders and ends the model. */
    finish(): Uint8Array {
      const layouts: Record<string, Permutation> = {};
      const note = (name: string, perm: Permutation) => {
        if (!samePermutation(perm, identity(perm.length))) layouts[name] = perm;
      };
      for (const name of graph.inputs) note(name, lowering.order(name));
      const outputs = graph.outputs.map((name) => {
        const rank = shape(name).length;
        const current = lowering.order(name);
        const perm = samePermutation(current, nhwc) ? nhwc : identity(rank);
        note(name, perm);
        return lowering.read(name, perm, borderType(name));
      });
      const first = graph.inputs.map((name) => variants.get(name)![0]!.index);
      return builder.encode(first, outputs, `litepred ${JSON.stringify({ outputs: graph.outputs, layouts })}`);
    },
  };

  const keep = (name: string, variant: Variant): Variant => {
    variants.get(name)!.push(variant);
    return variant;
  };
  const once = (key: string, make: () => number): number => {
    const known = constants.get(key) ?? make();
    constants.set(key, known);
    return known;
  };
  return lowering;
}

function trimmed(sizes: readonly number[]): number[] {
  const first = sizes.findIndex((size) => size !== 1);
  return first < 0 ? [] : sizes.slice(first);
}

/** @throws LitepredError `unsupported-operator` */
export function unsupported(node: GraphNode, why: string): never {
  throw new LitepredError("unsupported-operator", `${node.name}: ${node.operator} ${why}`, "", { node: node.name });
}
