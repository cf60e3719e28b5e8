/** One graph with one set of weights on two engines: how far their outputs are apart. */
import { createRandom, LitepredError } from "../../src/base/index.js";
import { type EngineDescription, EngineFailure, type RunningEngine } from "../../src/engines/index.js";
import { elementCount, type Graph } from "../../src/graph/index.js";
import type { Precision } from "../../src/platforms/index.js";
import { writeNcnn, writeOnnx, writeTflite } from "../../src/writers/index.js";

export type Tensors = Readonly<Record<string, Float32Array>>;

const writers = { onnx: writeOnnx, tflite: writeTflite, ncnn: writeNcnn } as const;

/** Uniform in ±1, by the input's name. */
export function seededInputs(graph: Graph): Tensors {
  return Object.fromEntries(
    graph.inputs.map((name) => {
      const random = createRandom(name);
      const count = elementCount(graph.tensors.get(name)!.shape);
      return [name, Float32Array.from({ length: count }, () => 2 * random.next() - 1)];
    }),
  );
}

/** The outputs, or why the engine or its format does not have the model. */
export async function outputsOf(
  running: RunningEngine,
  format: EngineDescription["format"],
  graph: Graph,
  precision: Precision,
): Promise<Tensors | { readonly refused: string }> {
  try {
    const model = await running.prepare(writers[format](graph, { precision: precision === "int8" ? "int8" : "fp32" }));
    const outputs = await model.run(seededInputs(graph));
    await model.release();
    return outputs;
  } catch (error) {
    if (error instanceof EngineFailure && error.reason === "rejected") return { refused: error.message };
    if (error instanceof LitepredError && error.code === "unsupported-operator") return { refused: error.message };
    throw error;
  }
}

/** Outputs smaller than this in the mean are compared as if they were of this size: 8 bits do not resolve them. */
const smallest: Partial<Record<Precision, number>> = { int8: 0.4 };

/** Root mean square of the difference over that of the reference; Infinity where an output is missing or of other size. */
export function relativeError(reference: Tensors, outputs: Tensors, precision: Precision = "fp32"): number {
  let [difference, size, count] = [0, 0, 0];
  for (const [name, expected] of Object.entries(reference)) {
    const found = outputs[name];
    if (found?.length !== expected.length) return Number.POSITIVE_INFINITY;
    for (let i = 0; i < expected.length; i++) {
      difference += (expected[i]! - found[i]!) ** 2;
      size += expected[i]! ** 2;
      count++;
    }
  }
  return Math.sqrt(difference / Math.max(size, count * (smallest[precision] ?? 0) ** 2));
}
