/** Graph → the model file that an engine takes. */
import { LitepredError } from "../base/index.js";
import { type EngineDescription, EngineFailure } from "../engines/index.js";
import type { Graph } from "../graph/index.js";
import type { Precision } from "../platforms/index.js";
import { formatOf } from "../readers/index.js";
import { writeNcnn, writeOnnx, writeTflite } from "../writers/index.js";
import type { LocalPlatform } from "./local-platform.js";
import { type ModelUse, readModelBytes, readModelFile, settledModel } from "./read-model.js";

const writers = { onnx: writeOnnx, tflite: writeTflite, ncnn: writeNcnn } as const;

/**
 * The writer for an engine. fp16 and bf16 are how an engine computes: its models are written as fp32. A graph that has no
 * form in the format is an EngineFailure, recorded like any other model that an engine rejects.
 */
export function encoderOf(format: EngineDescription["format"], precision: Precision): (graph: Graph) => Uint8Array {
  const write = writers[format];
  return (graph) => {
    try {
      return write(graph, { precision: precision === "int8" ? "int8" : "fp32" });
    } catch (error) {
      const isRefusal = error instanceof LitepredError && refusals.has(error.code);
      throw isRefusal ? new EngineFailure("rejected", error.message) : error;
    }
  };
}

const refusals: ReadonlySet<string> = new Set(["unsupported-operator", "limit-exceeded"]);

/**
 * The file itself where it is in the engine's format and as precise as the platform, with its weights in it and the sizes of its
 * inputs stated. Otherwise the same graph, written in the engine's format and precision with weights of our own: latency does not
 * depend on their values.
 * @throws LitepredError for a file that cannot be read.
 */
export function fileForEngine(
  path: string,
  { platform, description }: LocalPlatform,
  use: ModelUse = {},
): () => Uint8Array {
  const sameFormat = formatOf(readModelBytes(path)) === description.format;
  const settled = () => {
    const bytes = settledModel(path, use);
    return () => bytes;
  };
  if (sameFormat && platform.precision !== "int8") return settled();
  const graph = readModelFile(path, use.inputs, use.signature);
  if (sameFormat && isQuantized(graph)) return settled();
  const encode = encoderOf(description.format, platform.precision);
  return () => encode(graph);
}

const isQuantized = (graph: Graph) => graph.nodes.some(({ operator }) => quantized.test(operator));
const quantized = /^(QuantizeLinear|QLinear.*|DequantizeLinear|DynamicQuantize.*|.*Integer$)/;
