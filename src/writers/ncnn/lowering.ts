/**
 * What the operator files work with. ncnn has no batch axis and at most four axes: a tensor loses its leading axis where
 * that is 1, then, while it has more than four, the first axis of length 1.
 */
import { LitepredError } from "../../base/index.js";
import { elementCount, type Graph, type GraphNode, type Tensor } from "../../graph/index.js";
import { createWeightSource, readersOf, weightRange } from "../weights.js";
import { createNetwork, type Params, type Weight } from "./network.js";

export interface LoweringPlan {
  readonly seed: number;
  /** The graph before anything was fused: what role a weight plays decides its seeded values. */
  readonly original: Graph;
  readonly int8: boolean;
}
export type Lowering = ReturnType<typeof createLowering>;

/** A graph's tensor as ncnn sees it: which of its axes are left. */
export interface Axes {
  /** Sizes, outermost first. */
  readonly sizes: readonly number[];
  /** The graph's axis of each. */
  readonly axes: readonly number[];
}

export function axesOf(shape: readonly number[]): Axes | undefined {
  let axes = shape.map((_, axis) => axis);
  if (axes.length > 1 && shape[0] === 1) axes = axes.slice(1);
  while (axes.length > 4) {
    const unit = axes.findIndex((axis) => shape[axis] === 1);
    if (unit < 0) return undefined;
    axes.splice(unit, 1);
  }
  return { axes, sizes: axes.map((axis) => shape[axis]!) };
}

/** Reshape parameters of sizes, outermost first: w, h, d, c are 0, 1, 11, 2. */
export function sizeParams(sizes: readonly number[]): Params {
  const keys = [[0], [1, 0], [2, 1, 0], [2, 11, 1, 0]][sizes.length - 1] ?? [];
  return Object.fromEntries(keys.map((key, i) => [key, sizes[i]!]));
}

export function createLowering(graph: Graph, plan: LoweringPlan) {
  const network = createNetwork();
  const weights = createWeightSource(plan.seed);
  const readers = readersOf(plan.original);
  const blobs = new Map<string, string>();
  const constants = new Map<string, string>();
  let serial = 0;

  const temporary = () => `temporary_${serial++}`;
  const tensor = (name: string): Tensor => {
    const found = graph.tensors.get(name);
    if (found === undefined) throw new LitepredError("invalid-model", `${graph.name}: there is no tensor "${name}"`);
    return found;
  };
  const shape = (name: string) => tensor(name).shape;
  const axes = (name: string): Axes => {
    const found = axesOf(shape(name));
    if (found === undefined)
      throw new LitepredError("unsupported-operator", `${graph.name}: "${name}" has more than four axes for ncnn`);
    return found;
  };
  /** Words of the .param text end at white space. */
  const blobName = (name: string) => name.replaceAll(/\s/g, "_");

  const lowering = {
    graph,
    int8: plan.int8,
    shape,
    axes,
    isConstant: (name: string) => tensor(name).constant && !blobs.has(name),

    floats(name: string): Float32Array {
      const constant = tensor(name);
      if (constant.values !== undefined) return Float32Array.from(constant.values);
      const values = new Float32Array(elementCount(constant.shape));
      if (constant.type === "float32") weights.fill(name, weightRange(constant, readers.get(name)), values);
      return values;
    },
    /** @throws LitepredError `unsupported-operator` where the numbers are not known. */
    numbers(name: string): number[] {
      const { values, constant } = tensor(name);
      if (constant && values !== undefined) return Array.from(values);
      throw new LitepredError(
        "unsupported-operator",
        `${graph.name}: "${name}" must be known when the model is written`,
      );
    },

    /** Blob of a run-time tensor. */
    read(name: string): string {
      const blob = blobs.get(name);
      if (blob === undefined)
        throw new LitepredError("invalid-model", `${graph.name}: "${name}" is read before it is computed`);
      return blob;
    },
    /** Blob of a constant, with these sizes. */
    constant(name: string, sizes: readonly number[]): string {
      const key = `${name}|${sizes.join()}`;
      const known = constants.get(key);
      if (known !== undefined) return known;
      const blob = `constant_${constants.size}`;
      constants.set(key, blob);
      network.layer("MemoryData", [], [blob], sizeParams(sizes), [{ values: lowering.floats(name), tagged: false }]);
      return blob;
    },
    /** Blob that the node's result is written to. */
    define(name: string): string {
      blobs.set(name, blobName(name));
      return blobName(name);
    },
    alias(name: string, blob: string): void {
      blobs.set(name, blob);
    },
    temporary,

    emit: (type: string, inputs: readonly string[], outputs: readonly string[], params?: Params, data?: Weight[]) =>
      network.layer(type, inputs, outputs, params, data),

    reshaped(blob: string, sizes: readonly number[], output = temporary()): string {
      network.layer("Reshape", [blob], [output], sizeParams(sizes));
      return output;
    },

    begin(): void {
      for (const name of graph.inputs) {
        if (tensor(name).type !== "float32")
          throw new LitepredError(
            "unsupported-operator",
            `${graph.name}: input "${name}" is no float32, which ncnn wants`,
          );
        network.layer("Input", [], [lowering.define(name)], sizeParams(axes(name).sizes));
      }
    },

    /** The model as one file: a line with the length of the .param text, that text, the .bin weights. */
    finish(): Uint8Array {
      // An output that is a blob of another name, or read by others too, gets a blob of its own.
      for (const name of graph.outputs)
        if (blobs.get(name) !== blobName(name)) network.layer("Noop", [lowering.read(name)], [lowering.define(name)]);
      const param = new TextEncoder().encode(network.param());
      const head = new TextEncoder().encode(`litepred-ncnn ${param.length}\n`);
      return new Uint8Array(Buffer.concat([head, param, network.bin()]));
    },
  };
  return lowering;
}

/** @throws LitepredError `unsupported-operator` */
export function unsupported(node: GraphNode, why: string): never {
  throw new LitepredError("unsupported-operator", `${node.name}: ${node.operator} ${why}`, "", { node: node.name });
}
