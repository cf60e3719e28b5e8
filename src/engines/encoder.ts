/** Graph → the model file that an engine takes. */
import { LitepredError } from "../base/index.js";
import type { Graph } from "../graph/index.js";
import type { Precision } from "../platforms/index.js";
import { writeNcnn, writeOnnx, writeTflite } from "../writers/index.js";
import { type EngineDescription, EngineFailure } from "./contract.js";

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
