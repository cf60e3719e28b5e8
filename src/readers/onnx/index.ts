/**
 * ONNX files, opsets 9 to 23, of PyTorch's two exporters and of ONNX Runtime's quantizer.
 * In: bytes. Out: Graph. Steps: scan and decode (wire-scan, decode), flatten with shape inference (flatten), prune.
 * May import formats, graph and base.
 */
import { LitepredError } from "../../base/index.js";
import type { Graph } from "../../graph/index.js";
import { prune } from "../prune.js";
import { decodeModel, looksLikeOnnx } from "./decode.js";
import { flatten } from "./flatten.js";
import type { ReadOnnxOptions } from "./options.js";
import type { ExternalData } from "./tensor-proto.js";

export const format = "onnx";

export const match = looksLikeOnnx;

export function read(bytes: Uint8Array, options: ReadOnnxOptions): Graph {
  try {
    const model = decodeModel(bytes);
    const graph = flatten(model, { ...options, externalData: options.externalData && askedOnce(options.externalData) });
    return prune(model.graph?.name || options.name || "model", graph);
  } catch (error) {
    throw withFile(error, options.name);
  }
}

/** Many small constants lie in one file. */
function askedOnce(ask: ExternalData): ExternalData {
  const known = new Map<string, Uint8Array | undefined>();
  return (location) => {
    if (!known.has(location)) known.set(location, ask(location));
    return known.get(location);
  };
}

/** Puts the file's name in front of the message, where the caller knows it. */
function withFile(error: unknown, name: string | undefined): unknown {
  if (!(error instanceof LitepredError) || name === undefined) return error;
  return new LitepredError(error.code, `${name}: ${error.message}`, error.hint, error.values);
}
