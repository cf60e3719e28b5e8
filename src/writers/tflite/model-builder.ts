/** Collects tensors, buffers and operators of a .tflite model. Knows the file's structure, nothing of graphs or layouts. */
import { LitepredError } from "../../base/index.js";
import {
  builtinOperators,
  encodeTflite,
  type Options,
  type TfliteOperator,
  type TfliteTensor,
  tensorTypes,
} from "../../formats/tflite/index.js";

export type Builtin = keyof typeof builtinOperators;
export type ElementType = "float32" | "int8" | "int32" | "bool" | "uint8";

/** real = scale · (stored − zeroPoint); several scales: one for each index of `axis`. */
export interface Quantization {
  readonly scale: readonly number[];
  readonly zeroPoint: readonly number[];
  readonly axis?: number;
}

export interface TensorSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly quantization?: Quantization | undefined;
  /** Of constants. */
  readonly data?: Float32Array | Int8Array | Int32Array | Uint8Array;
}

const typeCodes = {
  float32: tensorTypes.FLOAT32,
  int8: tensorTypes.INT8,
  uint8: tensorTypes.UINT8,
  int32: tensorTypes.INT32,
  bool: tensorTypes.BOOL,
} as const;

/** A flatbuffer's offsets are signed 32-bit. */
const maxFileBytes = 2 ** 31 - 1;
/** Operators above this number are named in the wide field only, which old engines do not read. */
const lastNarrowCode = 127;

export class ModelBuilder {
  private readonly tensors: TfliteTensor[] = [];
  // Buffer 0 is empty by convention: it stands for "no data".
  private readonly buffers: { data?: Uint8Array }[] = [{}];
  private readonly operators: TfliteOperator[] = [];
  private readonly codes: { readonly builtin: Builtin; readonly version: number }[] = [];
  private bytes = 0;

  constructor(private readonly name: string) {}

  /** Returns the tensor's number. */
  tensor({ name, shape, type, quantization, data }: TensorSpec): number {
    const buffer = data === undefined ? 0 : this.buffer(data);
    const { scale, zeroPoint, axis = 0 } = quantization ?? {};
    this.tensors.push({
      name,
      shape,
      type: typeCodes[type],
      buffer,
      quantization: quantization && { scale, zeroPoint, quantizedDimension: axis },
    });
    return this.tensors.length - 1;
  }

  /**
   * Version 1 of every operator is the only one that all engines have, and they look at types, not at this number: a
   * higher one is for options that an old engine would overlook, so that it refuses instead of computing something else.
   */
  operator(
    builtin: Builtin,
    inputs: readonly number[],
    outputs: readonly number[],
    builtinOptions?: Options,
    version = 1,
  ): void {
    this.operators.push({ opcodeIndex: this.codeIndex(builtin, version), inputs, outputs, builtinOptions });
  }

  /** @throws LitepredError `limit-exceeded`. */
  encode(inputs: readonly number[], outputs: readonly number[], description: string): Uint8Array {
    if (this.bytes > maxFileBytes)
      throw new LitepredError(
        "limit-exceeded",
        `${this.name}: ${this.bytes} bytes of weights do not fit into a .tflite file`,
      );
    const { name, tensors, operators, buffers } = this;
    return encodeTflite({
      version: 3,
      operatorCodes: this.codes.map(({ builtin, version }) => ({
        deprecatedBuiltinCode: Math.min(builtinOperators[builtin], lastNarrowCode),
        builtinCode: builtinOperators[builtin],
        version,
      })),
      subgraphs: [{ name, tensors, inputs, outputs, operators }],
      description,
      buffers,
    });
  }

  private buffer(data: NonNullable<TensorSpec["data"]>): number {
    this.bytes += data.byteLength;
    return this.buffers.push({ data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }) - 1;
  }

  private codeIndex(builtin: Builtin, version: number): number {
    const known = this.codes.findIndex((code) => code.builtin === builtin && code.version === version);
    return known >= 0 ? known : this.codes.push({ builtin, version }) - 1;
  }
}
