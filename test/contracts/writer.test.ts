import { InferenceSession, Tensor } from "onnxruntime-node";
import { type DataType, elementCount, type Graph } from "../../src/graph/index.js";
import { readModel } from "../../src/readers/index.js";
import { writeOnnx } from "../../src/writers/index.js";
import { fixture } from "../fixtures/index.js";
import { type EngineOutput, testWriter } from "./writer.js";

/** Inputs between 0.1 and 1; indices 0. */
function inputOf(type: DataType, shape: readonly number[]): Tensor {
  const count = elementCount(shape);
  const wave = (_: unknown, i: number) => 0.55 + 0.45 * Math.sin(i);
  switch (type) {
    case "float32":
      return new Tensor("float32", Float32Array.from({ length: count }, wave), shape);
    case "float64":
      return new Tensor("float64", Float64Array.from({ length: count }, wave), shape);
    case "int64":
      return new Tensor("int64", new BigInt64Array(count), shape);
    case "int32":
      return new Tensor("int32", new Int32Array(count), shape);
    case "int8":
      return new Tensor("int8", new Int8Array(count), shape);
    case "uint8":
      return new Tensor("uint8", new Uint8Array(count), shape);
    case "bool":
      return new Tensor("bool", new Uint8Array(count), shape);
    case "float16":
      return new Tensor("float16", new Uint16Array(count), shape);
    default:
      throw new Error(`no kernel has inputs of type ${type}`);
  }
}

async function runOnnx(file: Uint8Array, graph: Graph): Promise<EngineOutput[]> {
  const session = await InferenceSession.create(file, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const feeds = graph.inputs.map((name) => {
    const { type, shape } = graph.tensors.get(name)!;
    return [name, inputOf(type, shape)] as const;
  });
  const results = await session.run(Object.fromEntries(feeds));
  await session.release();
  return graph.outputs.map((name) => {
    const { dims, data } = results[name]!;
    return { shape: dims, values: data as ArrayLike<number | bigint> };
  });
}

/** Old and new opsets, constants folded by the reader, slices to the end, quantised. */
const models = [
  "mobilenet_v3_small.torchscript.opset9",
  "shufflenet_v2_x1_0.dynamo",
  "levit_128s.torchscript",
  "squeezenet1_1.dynamo.int8",
];

testWriter({
  format: "ONNX",
  precisions: ["fp32", "int8"],
  write: writeOnnx,
  run: runOnnx,
  randomConfigs: 3,
  models: Object.fromEntries(models.map((name) => [name, () => readModel(fixture(name).model())])),
});
