/** A graph as an ONNX file. What it does not do: optimise, or change the graph otherwise than by quantising on request. */
import { create, toBinary } from "@bufbuild/protobuf";
import {
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "../../formats/onnx/index.js";
import { codeOfDataType, type Graph, type GraphNode, type Tensor } from "../../graph/index.js";
import { quantizeGraph } from "../quantize.js";
import { createWeightSource, readersOf } from "../weights.js";
import { attributeProto } from "./attributes.js";
import { tensorProto } from "./tensors.js";

export interface WriteOptions {
  /** Of the random weights; default 0. */
  readonly seed?: number;
  /** `int8`: see quantizeGraph. Default `fp32`: as the graph is. */
  readonly precision?: "fp32" | "int8";
}

/**
 * The bytes of an ONNX model; the same graph and options give the same bytes. Weights without values get seeded random
 * ones, constants that nothing reads are left out.
 * @throws LitepredError `limit-exceeded` for constants that no ONNX file can hold.
 */
export function writeOnnx(graph: Graph, options: WriteOptions = {}): Uint8Array {
  const { seed = 0, precision = "fp32" } = options;
  return toBinary(ModelProtoSchema, modelProto(precision === "int8" ? quantizeGraph(graph) : graph, seed));
}

function modelProto(graph: Graph, seed: number): ModelProto {
  const domains = [...new Set(graph.nodes.map((node) => node.domain))].filter((domain) => domain !== "");
  return create(ModelProtoSchema, {
    irVersion: irVersionOf(graph.opset),
    producerName: "litepred",
    opsetImport: [
      create(OperatorSetIdProtoSchema, { domain: "", version: BigInt(graph.opset) }),
      ...domains.map((domain) => create(OperatorSetIdProtoSchema, { domain, version: 1n })),
    ],
    graph: create(GraphProtoSchema, {
      name: graph.name,
      node: graph.nodes.map(nodeProto),
      initializer: initializers(graph, seed),
      input: graph.inputs.map((name) => valueInfo(graph.tensors.get(name)!)),
      output: graph.outputs.map((name) => valueInfo(graph.tensors.get(name)!)),
    }),
  });
}

/** The oldest file format version that has this opset, so that old engines load it (onnx/docs/Versioning.md). */
function irVersionOf(opset: number): bigint {
  if (opset >= 23) return 11n;
  if (opset >= 21) return 10n;
  if (opset >= 19) return 9n;
  if (opset >= 15) return 8n;
  return opset >= 12 ? 7n : BigInt(Math.max(3, opset - 5));
}

function initializers(graph: Graph, seed: number) {
  const source = createWeightSource(seed);
  const readers = readersOf(graph);
  const computed = new Set(graph.nodes.flatMap((node) => node.outputs));
  const isWritten = ({ name, constant }: Tensor) =>
    constant && !computed.has(name) && (readers.has(name) || graph.outputs.includes(name));
  return [...graph.tensors.values()]
    .filter(isWritten)
    .map((tensor) => tensorProto(tensor, source, readers.get(tensor.name)));
}

const nodeProto = (node: GraphNode) =>
  create(NodeProtoSchema, {
    name: node.name,
    opType: node.operator,
    domain: node.domain,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes).map(([name, value]) => attributeProto(name, value)),
  });

function valueInfo(tensor: Tensor): ValueInfoProto {
  const dim = tensor.shape.map((size) => ({ value: { case: "dimValue" as const, value: BigInt(size) } }));
  const tensorType = { elemType: codeOfDataType(tensor.type), shape: { dim } };
  return create(ValueInfoProtoSchema, {
    name: tensor.name,
    type: { value: { case: "tensorType", value: tensorType } },
  });
}
