/** Model files as an engine takes them. */
import { encoderOf, type LocalPlatform } from "../engines/index.js";
import type { Graph } from "../graph/index.js";
import { formatOf } from "../readers/index.js";
import { readModelBytes, readModelFile } from "./workspace.js";

/**
 * The file itself where it is in the engine's format and as precise as the platform. Otherwise the same graph, written in the
 * engine's format and precision with weights of our own: latency does not depend on their values.
 * @throws LitepredError for a file that cannot be read.
 */
export function fileForEngine(path: string, { platform, description }: LocalPlatform): () => Uint8Array {
  const bytes = readModelBytes(path);
  const sameFormat = formatOf(bytes) === description.format;
  if (sameFormat && platform.precision !== "int8") return () => bytes;
  const graph = readModelFile(path);
  if (sameFormat && isQuantized(graph)) return () => bytes;
  const encode = encoderOf(description.format, platform.precision);
  return () => encode(graph);
}

const isQuantized = (graph: Graph) => graph.nodes.some(({ operator }) => quantized.test(operator));
const quantized = /^(QuantizeLinear|QLinear.*|DequantizeLinear|DynamicQuantize.*|.*Integer$)/;
