/** Small ONNX models written down in a few lines, for tests. */
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  type FunctionProto,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema as Model,
  type ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "../../src/formats/onnx/index.js";
import { codeOfDataType, type DataType } from "../../src/graph/index.js";

export type AttributeInit = number | bigint | string | readonly number[] | TensorProto | GraphProto;

/** Integers become INT, other numbers FLOAT. */
export function attribute(name: string, value: AttributeInit): AttributeProto {
  const of = (type: AttributeType, fields: MessageInitShape<typeof AttributeProtoSchema>) =>
    create(AttributeProtoSchema, { name, type, ...fields });
  if (typeof value === "bigint") return of(AttributeType.INT, { i: value });
  if (typeof value === "string") return of(AttributeType.STRING, { s: new TextEncoder().encode(value) });
  if (typeof value === "number") {
    return Number.isInteger(value)
      ? of(AttributeType.INT, { i: BigInt(value) })
      : of(AttributeType.FLOAT, { f: value });
  }
  if ("$typeName" in value) {
    return value.$typeName === "onnx.GraphProto"
      ? of(AttributeType.GRAPH, { g: value })
      : of(AttributeType.TENSOR, { t: value });
  }
  const whole = value.every(Number.isInteger);
  return whole ? of(AttributeType.INTS, { ints: value.map(BigInt) }) : of(AttributeType.FLOATS, { floats: [...value] });
}

/** `node("Conv", ["x", "w"], ["y"], { strides: [2, 2] })`; domain as in "com.microsoft:Gelu". */
export function node(
  operator: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Readonly<Record<string, AttributeInit>> = {},
): NodeProto {
  const [opType = "", domain = ""] = operator.split(":").reverse();
  return create(NodeProtoSchema, {
    opType,
    domain,
    input: [...input],
    output: [...output],
    attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  });
}

/** A size of -2 stands for "declared without a size"; text is a symbol. */
export function value(name: string, shape: readonly (number | string)[], type: DataType = "float32"): ValueInfoProto {
  const dim = shape.map((size) => {
    if (typeof size === "string") return { value: { case: "dimParam" as const, value: size } };
    return size === -2 ? {} : { value: { case: "dimValue" as const, value: BigInt(size) } };
  });
  const tensorType = { elemType: codeOfDataType(type), shape: { dim } };
  return create(ValueInfoProtoSchema, { name, type: { value: { case: "tensorType", value: tensorType } } });
}

/** Without values: zeros. */
export function tensor(
  name: string,
  shape: readonly number[],
  values?: readonly number[],
  type: DataType = "float32",
): TensorProto {
  const count = shape.reduce((product, size) => product * size, 1);
  const list = values ?? new Array<number>(count).fill(0);
  const fields =
    type === "int64"
      ? { int64Data: list.map(BigInt) }
      : type === "float32"
        ? { floatData: [...list] }
        : type === "float64"
          ? { doubleData: [...list] }
          : { int32Data: [...list] };
  return create(TensorProtoSchema, { name, dims: shape.map(BigInt), dataType: codeOfDataType(type), ...fields });
}

export const ints = (name: string, values: readonly number[]): TensorProto =>
  tensor(name, [values.length], values, "int64");

export interface ModelInit {
  readonly inputs?: readonly ValueInfoProto[];
  readonly constants?: readonly TensorProto[];
  readonly nodes?: readonly NodeProto[];
  readonly outputs?: readonly (string | ValueInfoProto)[];
  readonly functions?: readonly FunctionProto[];
  readonly opset?: number;
}

export function graph({ inputs = [], constants = [], nodes = [], outputs = ["y"] }: ModelInit): GraphProto {
  return create(GraphProtoSchema, {
    name: "test",
    input: [...inputs],
    initializer: [...constants],
    node: [...nodes],
    output: outputs.map((output) =>
      typeof output === "string" ? create(ValueInfoProtoSchema, { name: output }) : output,
    ),
  });
}

export function onnxModel(init: ModelInit): Uint8Array {
  const model: MessageInitShape<typeof ModelProtoSchema> = {
    irVersion: 8n,
    opsetImport: [
      { domain: "", version: BigInt(init.opset ?? 17) },
      { domain: "com.microsoft", version: 1n },
    ],
    functions: [...(init.functions ?? [])],
    graph: graph(init),
  };
  return toBinary(Model, create(Model, model));
}
