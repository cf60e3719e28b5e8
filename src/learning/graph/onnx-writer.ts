/** Writes ONNX graphs node by node: names are made up here, constants are shared, everything is opset 17 and float32. */
import { create, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "../../formats/onnx/index.js";

const OPSET = 17n;
const IR_VERSION = 8n;
/** ONNX Runtime's own operators: written with this in front of their names. */
const OWN_DOMAIN = "com.microsoft";
const ownOperators = `${OWN_DOMAIN}.`;

/** A string is a symbolic dimension. */
export type Dimensions = readonly (number | string)[];
export type Attributes = Readonly<Record<string, number | readonly number[] | GraphProto | { readonly float: number }>>;
export type ValueType = "float" | "int64" | "bool";

const elementTypes: Record<ValueType, DataType> = {
  float: DataType.FLOAT,
  int64: DataType.INT64,
  bool: DataType.BOOL,
};

export interface GraphWriter {
  /** Adds a node with one output and returns the output's name. */
  node(operator: string, inputs: readonly string[], attributes?: Attributes): string;
  /** Adds a node with several outputs. */
  nodes(operator: string, inputs: readonly string[], outputs: number, attributes?: Attributes): string[];
  /** Adds a node whose outputs have given names. */
  named(operator: string, inputs: readonly string[], outputs: readonly string[], attributes?: Attributes): void;
  float(values: readonly number[], shape?: readonly number[]): string;
  int64(values: readonly number[], shape?: readonly number[]): string;
  /** Stores a large constant, once for each call. */
  tensor(values: Float32Array, shape: readonly number[]): string;
  /** A writer for a subgraph, which may refer to this one's names. */
  subgraph(): GraphWriter;
  finish(name: string, inputs: readonly ValueInfoProto[], outputs: readonly ValueInfoProto[]): GraphProto;
}

export function createGraphWriter(fresh: () => string = numbered()): GraphWriter {
  const list: NodeProto[] = [];
  const constants = new Map<string, TensorProto>();
  const large: TensorProto[] = [];
  const constant = (kind: ValueType, values: readonly number[], shape: readonly number[]): string => {
    const key = `${kind}${JSON.stringify([values, shape])}`;
    const known = constants.get(key);
    if (known) return known.name;
    const tensor = create(TensorProtoSchema, {
      name: fresh(),
      dims: shape.map(BigInt),
      dataType: elementTypes[kind],
      ...(kind === "float" ? { floatData: [...values] } : { int64Data: values.map(BigInt) }),
    });
    constants.set(key, tensor);
    return tensor.name;
  };
  const named: GraphWriter["named"] = (operator, input, output, attributes = {}) => {
    const attribute = Object.entries(attributes).map(([name, value]) => attributeProto(name, value));
    const own = operator.startsWith(ownOperators);
    const [domain, opType] = own ? [OWN_DOMAIN, operator.slice(ownOperators.length)] : ["", operator];
    list.push(create(NodeProtoSchema, { opType, domain, input: [...input], output: [...output], attribute }));
  };
  const nodes: GraphWriter["nodes"] = (operator, inputs, outputs, attributes) => {
    const names = Array.from({ length: outputs }, fresh);
    named(operator, inputs, names, attributes);
    return names;
  };
  return {
    nodes,
    named,
    node: (operator, inputs, attributes) => nodes(operator, inputs, 1, attributes)[0]!,
    float: (values, shape = values.length === 1 ? [] : [values.length]) => constant("float", values, shape),
    int64: (values, shape = [values.length]) => constant("int64", values, shape),
    tensor(values, shape) {
      const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      const name = fresh();
      large.push(create(TensorProtoSchema, { name, dims: shape.map(BigInt), dataType: elementTypes.float, rawData }));
      return name;
    },
    subgraph: () => createGraphWriter(fresh),
    finish: (name, input, output) =>
      create(GraphProtoSchema, {
        name,
        node: list,
        initializer: [...constants.values(), ...large],
        input: [...input],
        output: [...output],
      }),
  };
}

function numbered(): () => string {
  let count = 0;
  return () => `t${count++}`;
}

/** Whole numbers are written as integers: give `{ float }` where an operator wants a float. */
function attributeProto(name: string, value: Attributes[string]): AttributeProto {
  if (typeof value === "number")
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
  if (Array.isArray(value))
    return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map((v: number) => BigInt(v)) });
  if ("float" in value) return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: AttributeType.GRAPH, g: value as GraphProto });
}

export function valueInfo(name: string, kind: ValueType, shape: Dimensions): ValueInfoProto {
  const dim = shape.map((size) =>
    create(TensorShapeProto_DimensionSchema, {
      value: typeof size === "number" ? { case: "dimValue", value: BigInt(size) } : { case: "dimParam", value: size },
    }),
  );
  const tensorType = create(TypeProto_TensorSchema, {
    elemType: elementTypes[kind],
    shape: create(TensorShapeProtoSchema, { dim }),
  });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: "tensorType", value: tensorType } }),
  });
}

/** The bytes of a model that holds this graph. */
export function modelBytes(graph: GraphProto): Uint8Array {
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: IR_VERSION,
      producerName: "litepred",
      opsetImport: [
        create(OperatorSetIdProtoSchema, { domain: "", version: OPSET }),
        create(OperatorSetIdProtoSchema, { domain: OWN_DOMAIN, version: 1n }),
      ],
      graph,
    }),
  );
}
