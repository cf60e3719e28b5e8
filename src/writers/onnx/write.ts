/** STUB */
import type { Graph } from "../../graph/index.js";

export interface WriteOptions {
  /** Of the random weights; default 0. */
  readonly seed?: number;
  /** int8: QDQ with uint8 activations and int8 per-channel weights. Default fp32. */
  readonly precision?: "fp32" | "int8";
}

/** A graph as an ONNX file; weights without values get seeded random ones. */
export function writeOnnx(_graph: Graph, _options: WriteOptions = {}): Uint8Array {
  throw new Error("internal: not written yet");
}

/** Several graphs side by side in one ONNX file; names of graph i get the prefix `k{i}/`. */
export function writeOnnxBundle(_graphs: readonly Graph[], _options: WriteOptions = {}): Uint8Array {
  throw new Error("internal: not written yet");
}
