/** Graph → the model file that an engine takes. */
import { LitepredError } from "../base/index.js";
import type { Graph } from "../graph/index.js";
import type { Precision } from "../platforms/index.js";
import type { EngineDescription } from "../profiling/index.js";
import { writeOnnx } from "../writers/index.js";

/** @throws LitepredError `engine-unavailable` for a combination that has no writer. */
export function encoderOf(format: EngineDescription["format"], precision: Precision): (graph: Graph) => Uint8Array {
  if (format === "onnx" && (precision === "fp32" || precision === "int8"))
    return (graph) => writeOnnx(graph, { precision });
  throw new LitepredError("engine-unavailable", `there is no writer of ${precision} models in the format ${format}`);
}
