/**
 * ONNX files, opsets 9 to 23, of PyTorch's two exporters and of ONNX Runtime's quantizer.
 * In: bytes. Out: Graph. Steps: scan and decode (wire-scan, decode), flatten with shape inference (flatten), prune.
 * May import formats, graph and base.
 */
import { LitepredError } from "../../base/index.js";
import type { Graph } from "../../graph/index.js";
import type { ModelInterface } from "../model-inputs.js";
import { prune } from "../prune.js";
import { resolveInputs } from "./declared-shapes.js";
import { decodeModel, looksLikeOnnx } from "./decode.js";
import { flatten } from "./flatten.js";
import type { ReadOnnxOptions } from "./options.js";

export const format = "onnx";

export const match = looksLikeOnnx;

export function read(bytes: Uint8Array, options: ReadOnnxOptions): Graph {
  try {
    const model = decodeModel(bytes);
    const graph = flatten(model, options);
    return prune(model.graph?.name || options.name || "model", graph);
  } catch (error) {
    throw withFile(error, options.name);
  }
}

/** Inputs with the shapes that are used; nothing else of the model is looked at. */
export function modelInterface(bytes: Uint8Array, options: ReadOnnxOptions): ModelInterface {
  try {
    const { graph } = decodeModel(bytes);
    if (!graph) throw new LitepredError("invalid-model", "the ONNX file holds no graph");
    const weights = new Set(
      [...graph.initializer, ...graph.sparseInitializer.map(({ values }) => values)].map((w) => w?.name),
    );
    const declared = graph.input.filter(({ name }) => !weights.has(name));
    return { inputs: resolveInputs(declared, options.inputShapes ?? {}), graph: 0, signatures: [] };
  } catch (error) {
    throw withFile(error, options.name);
  }
}

/** Puts the file's name in front of the message, where the caller knows it. */
function withFile(error: unknown, name: string | undefined): unknown {
  if (!(error instanceof LitepredError) || name === undefined) return error;
  return new LitepredError(error.code, `${name}: ${error.message}`, error.hint, error.values);
}
