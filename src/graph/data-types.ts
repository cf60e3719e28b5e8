/** ONNX's numbers for element types (TensorProto.DataType in onnx.proto) and their sizes. */
import type { DataType } from "./graph.js";

const codes: Readonly<Record<DataType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
  uint4: 21,
  int4: 22,
};

const byCode: (DataType | undefined)[] = [];
for (const [type, code] of Object.entries(codes)) byCode[code] = type as DataType;

/** The type with this ONNX number; undefined for types outside the vocabulary (complex, 4- and 8-bit floats, …). */
export const dataTypeOfCode = (code: number): DataType | undefined => byCode[code];

/** ONNX's number for the type. */
export const codeOfDataType = (type: DataType): number => codes[type];

/** Bytes per element; undefined for strings. */
export function bytesPerElement(type: DataType): number | undefined {
  switch (type) {
    case "string":
      return undefined;
    case "int4":
    case "uint4":
      return 0.5;
    case "bool":
    case "int8":
    case "uint8":
      return 1;
    case "int16":
    case "uint16":
    case "float16":
    case "bfloat16":
      return 2;
    case "float32":
    case "int32":
    case "uint32":
      return 4;
    case "float64":
    case "int64":
    case "uint64":
      return 8;
    default:
      return type satisfies never;
  }
}

export const isFloat = (type: DataType): boolean =>
  type === "float32" || type === "float16" || type === "bfloat16" || type === "float64";

/** True for the integer types; `bool` is not one of them. */
export const isInteger = (type: DataType): boolean => !isFloat(type) && type !== "bool" && type !== "string";
