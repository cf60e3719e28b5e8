/** What the operator files work with: which blob a tensor is, and the network that is written. */
import { LitepredError } from "../../base/index.js";
import type { Graph } from "../../graph/index.js";
import { Operands } from "../operands.js";
import { type Axes, axesOf, sizeParams } from "./axes.js";
import { createNetwork, type Params, type Weight } from "./network.js";

export interface LoweringPlan {
  readonly seed: number;
  /** The graph before anything was fused. */
  readonly original: Graph;
  readonly int8: boolean;
}

/** Words of the .param text end at white space. */
const blobName = (name: string) => name.replaceAll(/\s/g, "_");

export class Lowering extends Operands {
  readonly int8: boolean;
  private readonly network = createNetwork();
  private readonly blobs = new Map<string, string>();
  private readonly constants = new Map<string, string>();
  private serial = 0;

  constructor(graph: Graph, { original, seed, int8 }: LoweringPlan) {
    super(graph, original, seed);
    this.int8 = int8;
  }

  /** @throws LitepredError `unsupported-operator` where ncnn has not as many. */
  axes(name: string): Axes {
    const found = axesOf(this.shape(name));
    if (found !== undefined) return found;
    throw new LitepredError("unsupported-operator", `${this.graph.name}: "${name}" has more than four axes for ncnn`);
  }

  isConstant(name: string): boolean {
    return this.tensor(name).constant && !this.blobs.has(name);
  }

  /** Blob of a run-time tensor. */
  read(name: string): string {
    const blob = this.blobs.get(name);
    if (blob === undefined) throw this.readTooEarly(name);
    return blob;
  }

  /** Blob of a constant, with these sizes. */
  constant(name: string, sizes: readonly number[]): string {
    const key = `${name}|${sizes.join()}`;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const blob = `constant_${this.constants.size}`;
    this.constants.set(key, blob);
    this.emit("MemoryData", [], [blob], sizeParams(sizes), [{ values: this.floats(name), tagged: false }]);
    return blob;
  }

  /** Blob that the node's result is written to. */
  define(name: string): string {
    const blob = blobName(name);
    this.blobs.set(name, blob);
    return blob;
  }

  alias(name: string, blob: string): void {
    this.blobs.set(name, blob);
  }

  temporary(): string {
    return `temporary_${this.serial++}`;
  }

  emit(type: string, inputs: readonly string[], outputs: readonly string[], params?: Params, data?: Weight[]): void {
    this.network.layer(type, inputs, outputs, params, data);
  }

  reshaped(blob: string, sizes: readonly number[], output = this.temporary()): string {
    this.emit("Reshape", [blob], [output], sizeParams(sizes));
    return output;
  }

  begin(): void {
    for (const name of this.graph.inputs) {
      if (this.tensor(name).type !== "float32")
        throw new LitepredError(
          "unsupported-operator",
          `${this.graph.name}: input "${name}" is no float32, which ncnn wants`,
        );
      this.emit("Input", [], [this.define(name)], sizeParams(this.axes(name).sizes));
    }
  }

  /** The model as one file: a line with the length of the .param text, that text, the .bin weights. */
  finish(): Uint8Array {
    // An output that is a blob of another name, or read by others too, gets a blob of its own.
    for (const name of this.graph.outputs)
      if (this.blobs.get(name) !== blobName(name)) this.emit("Noop", [this.read(name)], [this.define(name)]);
    const param = new TextEncoder().encode(this.network.param());
    const head = new TextEncoder().encode(`litepred-ncnn ${param.length}\n`);
    return new Uint8Array(Buffer.concat([head, param, this.network.bin()]));
  }
}
