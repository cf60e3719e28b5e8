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

export function createModelBuilder(name: string) {
  const tensors: TfliteTensor[] = [];
  // Buffer 0 is empty by convention: it stands for "no data".
  const buffers: { data?: Uint8Array }[] = [{}];
  const operators: TfliteOperator[] = [];
  const codes: { readonly builtin: Builtin; readonly version: number }[] = [];
  let bytes = 0;
  const codeIndex = (builtin: Builtin, version: number) => {
    const known = codes.findIndex((code) => code.builtin === builtin && code.version === version);
    return known >= 0 ? known : codes.push({ builtin, version }) - 1;
  };
  return {
    /** Returns the tensor's number. */
    tensor({ name: tensorName, shape, type, quantization, data }: TensorSpec): number {
      if (data !== undefined) {
        buffers.push({ data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) });
        bytes += data.byteLength;
      }
      tensors.push({
        name: tensorName,
        shape,
        type: typeCodes[type],
        buffer: data === undefined ? 0 : buffers.length - 1,
        ...(quantization === undefined
          ? {}
          : {
              quantization: {
                scale: quantization.scale,
                zeroPoint: quantization.zeroPoint,
                quantizedDimension: quantization.axis ?? 0,
              },
            }),
      });
      return tensors.length - 1;
    },
    /**
     * Version 1 of every operator is the only one that all engines have, and they look at types, not at this number: a
     * higher one is for options that an old engine would overlook, so that it refuses instead of computing something else.
     */
    operator(
      builtin: Builtin,
      inputs: readonly number[],
      outputs: readonly number[],
      options?: Options,
      version = 1,
    ): void {
      operators.push({
        opcodeIndex: codeIndex(builtin, version),
        inputs,
        outputs,
        ...(options === undefined ? {} : { builtinOptions: options }),
      });
    },
    /** @throws LitepredError `limit-exceeded`. */
    encode(inputs: readonly number[], outputs: readonly number[], description: string): Uint8Array {
      if (bytes > maxFileBytes)
        throw new LitepredError("limit-exceeded", `${name}: ${bytes} bytes of weights do not fit into a .tflite file`);
      return encodeTflite({
        version: 3,
        operatorCodes: codes.map(({ builtin, version }) => ({
          deprecatedBuiltinCode: Math.min(builtinOperators[builtin], lastNarrowCode),
          builtinCode: builtinOperators[builtin],
          version,
        })),
        subgraphs: [{ name, tensors, inputs, outputs, operators }],
        description,
        buffers,
      });
    },
  };
}
export type ModelBuilder = ReturnType<typeof createModelBuilder>;
