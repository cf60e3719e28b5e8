/** Model files as an engine takes them. */
import { encoderOf, type LocalPlatform } from "../engines/index.js";
import type { Graph } from "../graph/index.js";
import { formatOf } from "../readers/index.js";
import { type ModelUse, readModelBytes, readModelFile, settledModel } from "../workspace/index.js";

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
