/**
 * What the operator files (operators/) work with: reads a graph's tensor in the order and element type that an operator
 * needs (writing a TRANSPOSE, QUANTIZE or DEQUANTIZE only where there is no such tensor yet), and defines its results.
 */
import {
  between,
  type Graph,
  identity,
  nhwc,
  type Permutation,
  permute,
  sameBytes,
  samePermutation,
} from "../../graph/index.js";
import { Constants } from "./constants.js";
import type { ElementType, ModelBuilder, Quantization } from "./model-builder.js";

interface Variant {
  readonly index: number;
  readonly perm: Permutation;
  readonly type: ElementType;
  readonly quantization?: Quantization | undefined;
}

export interface LoweringPlan {
  readonly seed: number;
  /** The graph before anything was fused. */
  readonly original: Graph;
  /** Scales of run-time tensors where the model is int8. */
  readonly scaleOf: ((name: string) => Quantization) | undefined;
}

/** Four axes are an image, but for graphs of attention, where they are heads. */
function hasImages({ nodes }: Graph): boolean {
  const operators = new Set(nodes.map((node) => node.operator));
  return operators.has("Conv") || !(operators.has("MatMul") || operators.has("LayerNormalization"));
}

export class Lowering extends Constants {
  readonly isInt8: boolean;
  /** By name: the orders and types that a run-time tensor is there in. */
  private readonly variants = new Map<string, Variant[]>();
  private readonly inputs: ReadonlySet<string>;
  private readonly hasImages: boolean;

  constructor(
    graph: Graph,
    private readonly plan: LoweringPlan,
  ) {
    super(graph, plan.original, plan.seed);
    this.isInt8 = plan.scaleOf !== undefined;
    this.inputs = new Set(graph.inputs);
    this.hasImages = hasImages(plan.original);
  }

  isConstant(name: string): boolean {
    return this.tensor(name).constant && !this.variants.has(name);
  }

  isInput(name: string): boolean {
    return this.inputs.has(name);
  }

  scaleOf(name: string): Quantization | undefined {
    return this.plan.scaleOf?.(name);
  }

  /** The order that a run-time tensor is in; `preferred` where that is still open. */
  order(name: string, preferred?: Permutation): Permutation {
    const rank = this.shape(name).length;
    const usual = rank === 4 && this.hasImages ? nhwc : identity(rank);
    return this.variantsOf(name, preferred ?? usual)[0]!.perm;
  }

  /** Number of a run-time tensor in this order and type. `quantization`: a scale that the reader demands. */
  read(name: string, perm: Permutation, type = this.innerType(name), quantization?: Quantization): number {
    const known = this.variantsOf(name, perm);
    const int8Scale = () => quantization ?? known.find((v) => v.type === "int8")?.quantization;
    const scale = type === "int8" ? int8Scale() : undefined;
    const fits = (v: Variant) =>
      v.type === type && (scale === undefined || v.quantization?.scale[0] === scale.scale[0]);
    const isInOrder = (v: Variant) => samePermutation(v.perm, perm);
    const exact = known.find((v) => fits(v) && isInOrder(v));
    if (exact) return exact.index;
    const moved = known.find(isInOrder) ?? this.transposed(name, known.find(fits) ?? known[0]!, perm);
    return fits(moved) ? moved.index : this.converted(name, moved, type, scale).index;
  }

  /** The node's result in this order; what reads it later finds it. */
  define(name: string, perm: Permutation, type = this.innerType(name), wanted?: Quantization): number {
    const quantization = type === "int8" ? (wanted ?? this.scaleOf(name)) : undefined;
    const index = this.builder.tensor({ name, shape: permute(this.shape(name), perm), type, quantization });
    this.variants.set(name, [{ index, perm, type, quantization }]);
    return index;
  }

  /** The node's result is the tensor that it reads. */
  alias(name: string, of: string, perm: Permutation): void {
    this.variants.set(
      name,
      this.variantsOf(of, perm).map((variant) => ({ ...variant, perm })),
    );
  }

  emit(...operator: Parameters<ModelBuilder["operator"]>): void {
    this.builder.operator(...operator);
  }

  reshapeTo(from: number, to: number, sizes: readonly number[]): void {
    this.emit("RESHAPE", [from, this.integers(sizes)], [to], { table: "ReshapeOptions", newShape: sizes });
  }

  /** Writes outputs in the usual orders and ends the model. */
  finish(): Uint8Array {
    const { inputs, outputs } = this.graph;
    const inputOrders = inputs.map((name) => [name, this.order(name)] as const);
    const outputOrders = outputs.map((name) => [name, this.outputOrder(name)] as const);
    const written = outputOrders.map(([name, perm]) => this.read(name, perm, this.borderType(name)));
    const noted = [...inputOrders, ...outputOrders].filter(([, perm]) => !samePermutation(perm, identity(perm.length)));
    const first = inputs.map((name) => this.variants.get(name)![0]!.index);
    const note = { outputs, layouts: Object.fromEntries(noted) };
    return this.builder.encode(first, written, `litepred ${JSON.stringify(note)}`);
  }

  private outputOrder(name: string): Permutation {
    const order = this.order(name);
    return samePermutation(order, nhwc) ? nhwc : identity(order.length);
  }

  /** The network's floats are int8 at the border of an int8 model; what is not a float stays. */
  private borderType(name: string): ElementType {
    const { type } = this.tensor(name);
    if (type === "float32") return this.isInt8 ? "int8" : "float32";
    return type === "bool" || type === "uint8" || type === "int8" ? type : "int32";
  }

  /** What operators work on that are not asked for 8 bits. */
  private innerType(name: string): ElementType {
    const type = this.borderType(name);
    return type === "int8" ? "float32" : type;
  }

  /** All orders and types that a run-time tensor is there in; an input comes into being in the order of its first reader. */
  private variantsOf(name: string, wanted: Permutation): Variant[] {
    const known = this.variants.get(name);
    if (known !== undefined) return known;
    if (!this.isInput(name)) throw this.readTooEarly(name);
    this.define(name, wanted, this.borderType(name));
    return this.variants.get(name)!;
  }

  private transposed(name: string, from: Variant, perm: Permutation): Variant {
    const { type, quantization } = from;
    const shape = permute(this.shape(name), perm);
    const index = this.builder.tensor({ name: `${name}/${perm.join("")}`, shape, type, quantization });
    if (sameBytes(this.shape(name), from.perm, perm)) this.reshapeTo(from.index, index, shape);
    else
      this.emit("TRANSPOSE", [from.index, this.integers(between(from.perm, perm))], [index], {
        table: "TransposeOptions",
      });
    return this.keep(name, { index, perm, type, quantization });
  }

  private converted(name: string, { index: from, perm }: Variant, type: ElementType, scale?: Quantization): Variant {
    const shape = permute(this.shape(name), perm);
    const quantization = type === "int8" ? (scale ?? this.scaleOf(name)) : undefined;
    const index = this.builder.tensor({ name: `${name}/${type}${this.serial++}`, shape, type, quantization });
    if (type === "int8") this.emit("QUANTIZE", [from], [index], { table: "QuantizeOptions" });
    else this.emit("DEQUANTIZE", [from], [index], { table: "DequantizeOptions" });
    return this.keep(name, { index, perm, type, quantization });
  }

  private keep(name: string, variant: Variant): Variant {
    this.variants.get(name)!.push(variant);
    return variant;
  }
}
