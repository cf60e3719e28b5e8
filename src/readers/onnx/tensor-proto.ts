/** Weights and constants of the file: shape, type, and the values of small ones. Large ones are never looked at. */
import { LitepredError } from "../../base/index.js";
import { type TensorProto, TensorProto_DataLocation } from "../../formats/onnx/index.js";
import { bytesPerElement, type DataType, dataTypeOfCode, maxElements, type Tensor } from "../../graph/index.js";
import { decodeRaw } from "../raw-values.js";

/** Constants up to this many elements carry their values (as inferOutputs does). */
const maxKnownElements = 4096;
/** No tensor of a network has more axes; keeps shapes cheap. */
const maxRank = 64;

export type ExternalData = (location: string) => Uint8Array | undefined;

export function staticShape(dims: readonly bigint[], what: string): number[] {
  if (dims.length > maxRank) throw new LitepredError("limit-exceeded", `${what} has ${dims.length} axes`);
  const shape = dims.map(Number);
  let count = 1;
  for (const size of shape) {
    if (!(size >= 0)) throw new LitepredError("invalid-model", `${what} has the shape [${shape.join(",")}]`);
    count *= size;
  }
  if (!(count <= maxElements)) {
    throw new LitepredError("limit-exceeded", `${what} has ${count} elements, more than ${maxElements}`);
  }
  return shape;
}

export function elementType(code: number, what: string): DataType {
  const type = dataTypeOfCode(code);
  if (type !== undefined) return type;
  if (code > 0 && code < 64) {
    throw new LitepredError(
      "unsupported-operator",
      `${what} has the element type ${code} of ONNX, which is not supported`,
    );
  }
  throw new LitepredError("invalid-model", `${what} has no element type (${code})`);
}

/** @throws LitepredError when the declared shape and the stored bytes disagree. */
export function readTensor(proto: TensorProto, name: string, externalData?: ExternalData): Tensor {
  const what = `tensor "${name}"`;
  const type = elementType(proto.dataType, what);
  const shape = staticShape(proto.dims, what);
  const count = shape.reduce((product, size) => product * size, 1);
  const tensor: Tensor = { name, shape, type, constant: true };
  if (proto.dataLocation === TensorProto_DataLocation.EXTERNAL) {
    const raw = count <= maxKnownElements ? externalBytes(proto, what, type, count, externalData) : undefined;
    return raw === undefined ? tensor : { ...tensor, values: decodeRaw(raw, type, count) };
  }
  checkStored(proto, what, type, count);
  if (count > maxKnownElements || type === "string") return tensor;
  const { rawData } = proto;
  const values = rawData.length > 0 ? decodeRaw(rawData, type, count) : typedValues(proto, type);
  return { ...tensor, values };
}

function checkStored(proto: TensorProto, what: string, type: DataType, count: number): void {
  const width = bytesPerElement(type);
  const isRaw = proto.rawData.length > 0;
  // Of 4-bit numbers two share a byte, or an entry of the list; the last may stand alone.
  const each = width === 0.5 ? 2 : 1;
  const whole = Math.ceil(count / each) * each;
  const stored = isRaw && width !== undefined ? proto.rawData.length / width : typedData(proto, type).length * each;
  if (stored !== whole) {
    throw new LitepredError("invalid-model", `${what} declares ${count} elements but stores ${stored}`);
  }
}

/** The field that holds this type's values when they are not raw; 16-bit floats are stored there as bit patterns. */
function typedData(proto: TensorProto, type: DataType): readonly (number | bigint | Uint8Array)[] {
  switch (type) {
    case "float32":
      return proto.floatData;
    case "float64":
      return proto.doubleData;
    case "int64":
      return proto.int64Data;
    case "uint32":
    case "uint64":
      return proto.uint64Data;
    case "string":
      return proto.stringData;
    default:
      return proto.int32Data;
  }
}

function typedValues(proto: TensorProto, type: DataType): ArrayLike<number> {
  const data = typedData(proto, type);
  if (type === "int4" || type === "uint4") return decodeRaw(Uint8Array.from(data, Number), type, 2 * data.length);
  if (type === "float16" || type === "bfloat16") {
    return decodeRaw(new Uint8Array(Uint16Array.from(data, Number).buffer), type, data.length);
  }
  return data.map(Number);
}

function externalBytes(
  proto: TensorProto,
  what: string,
  type: DataType,
  count: number,
  externalData: ExternalData | undefined,
): Uint8Array | undefined {
  const width = bytesPerElement(type);
  const entry = (key: string) => proto.externalData.find((candidate) => candidate.key === key)?.value;
  const location = entry("location");
  if (location === undefined)
    throw new LitepredError("invalid-model", `${what} is stored outside, but nothing says where`);
  if (/^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)/.test(location)) {
    throw new LitepredError("invalid-model", `${what} is stored at "${location}", outside the model's folder`);
  }
  const file = width === undefined ? undefined : externalData?.(location);
  if (file === undefined || width === undefined) return undefined;
  const offset = Number(entry("offset") ?? 0);
  const bytes = Math.ceil(count * width);
  const length = Number(entry("length") ?? bytes);
  if (!(offset >= 0) || length !== bytes || offset + length > file.length) {
    throw new LitepredError(
      "invalid-model",
      `${what} should be bytes ${offset} to ${offset + length} of "${location}", which has ${file.length}`,
    );
  }
  return file.subarray(offset, offset + length);
}
