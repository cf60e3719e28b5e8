/** Constants of a graph to ONNX initializers, little-endian raw bytes. */
import { create } from "@bufbuild/protobuf";
import { LitepredError } from "../../base/index.js";
import { type TensorProto, TensorProtoSchema } from "../../formats/onnx/index.js";
import { codeOfDataType, type DataType, elementCount, type Tensor } from "../../graph/index.js";
import { largestWeight, type Reader, type WeightSource, weightRange } from "../weights.js";

/** Constants of shapes no engine loads are refused before memory is asked for: protobuf files end at 2 GB. */
const maxElements = 2 ** 29;

export function tensorProto(tensor: Tensor, source: WeightSource, reader: Reader | undefined): TensorProto {
  const count = elementCount(tensor.shape);
  if (count > maxElements)
    throw new LitepredError(
      "limit-exceeded",
      `constant ${tensor.name} of ${count} elements does not fit into an ONNX file`,
    );
  const values = tensor.values === undefined ? randomValues(tensor, count, source, reader) : tensor.values;
  return create(TensorProtoSchema, {
    name: tensor.name,
    dims: tensor.shape.map(BigInt),
    dataType: codeOfDataType(tensor.type),
    rawData: rawBytes(values, tensor.type, tensor.name),
  });
}

/** Whole-number weights are quantised ones (full range) or biases; indices and masks are zero, which is always valid. */
function randomValues(
  tensor: Tensor,
  count: number,
  source: WeightSource,
  reader: Reader | undefined,
): ArrayLike<number> {
  switch (tensor.type) {
    case "int8": {
      const values = new Int8Array(count);
      source.fill(tensor.name, { low: -largestWeight, high: largestWeight + 1 }, values);
      return values;
    }
    case "uint8": {
      const values = new Uint8Array(count);
      source.fill(tensor.name, { low: 0, high: 256 }, values);
      return values;
    }
    case "int32": {
      const values = new Int32Array(count);
      if (reader?.node.operator === "DequantizeLinear") source.fill(tensor.name, { low: -500, high: 500 }, values);
      return values;
    }
    case "float32":
    case "float64":
    case "float16": {
      const values = new Float32Array(count);
      source.fill(tensor.name, weightRange(tensor, reader), values);
      return values;
    }
    default:
      return new Uint8Array(count);
  }
}

function rawBytes(values: ArrayLike<number>, type: DataType, name: string): Uint8Array {
  switch (type) {
    case "float32":
      return bytesOf(values instanceof Float32Array ? values : Float32Array.from(values));
    case "float64":
      return bytesOf(Float64Array.from(values));
    case "float16":
      return bytesOf(Uint16Array.from(values, halfBits));
    case "int8":
      return bytesOf(values instanceof Int8Array ? values : Int8Array.from(values));
    case "uint8":
    case "bool":
      return bytesOf(values instanceof Uint8Array ? values : Uint8Array.from(values));
    case "int16":
      return bytesOf(Int16Array.from(values));
    case "uint16":
      return bytesOf(Uint16Array.from(values));
    case "int32":
      return bytesOf(values instanceof Int32Array ? values : Int32Array.from(values));
    case "uint32":
      return bytesOf(Uint32Array.from(values));
    case "int64":
      return bytesOf(BigInt64Array.from(Array.from(values, wholeInt64)));
    case "uint64":
      return bytesOf(BigUint64Array.from(Array.from(values, (value) => BigInt(Math.trunc(value)))));
    case "bfloat16":
    case "int4":
    case "uint4":
    case "string":
      throw new LitepredError("unsupported-operator", `constant ${name} is of type ${type}, which is not written`);
    default:
      return type satisfies never;
  }
}

/** The largest int64, which means "to the end" in slices, is 2⁶³ as a number: one too many. */
function wholeInt64(value: number): bigint {
  if (value >= 2 ** 63) return 2n ** 63n - 1n;
  return value <= -(2 ** 63) ? -(2n ** 63n) : BigInt(Math.trunc(value));
}

const bytesOf = (values: ArrayBufferView) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** IEEE half of a number, rounded towards zero; too small becomes 0, too large infinity. */
function halfBits(value: number): number {
  const [bits] = new Uint32Array(Float32Array.of(value).buffer);
  const sign = (bits! >>> 16) & 0x8000;
  const exponent = ((bits! >>> 23) & 0xff) - 112;
  if (exponent <= 0) return sign;
  return exponent >= 31 ? sign | 0x7c00 : sign | (exponent << 10) | ((bits! >>> 13) & 0x3ff);
}
