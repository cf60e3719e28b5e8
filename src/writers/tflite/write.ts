/**
 * A graph as a .tflite file, fp32 or int8, of operators and operator versions that TFLite 2.1 had, where there were any.
 * Images become NHWC; the file's description says which inputs and outputs are stored in another order than the graph's.
 */
import { LitepredError, own } from "../../base/index.js";
import type { Graph } from "../../graph/index.js";
import { fuse } from "../fuse.js";
import type { WriteOptions } from "../onnx/write.js";
import { tfliteFusion } from "./activations.js";
import { Lowering } from "./lowering.js";
import { lowerings } from "./operators/index.js";
import { planScales } from "./quantization.js";

/**
 * The bytes of a .tflite file; weights without values get the same seeded ones as in `writeOnnx`.
 * @throws LitepredError `unsupported-operator` naming the node that has no .tflite form.
 */
export function writeTflite(graph: Graph, options: WriteOptions = {}): Uint8Array {
  const { seed = 0, precision = "fp32" } = options;
  const fused = fuse(graph, tfliteFusion);
  const lowering = new Lowering(fused, {
    seed,
    original: graph,
    scaleOf: precision === "int8" ? planScales(fused) : undefined,
  });
  for (const node of fused.nodes) {
    const lower = node.domain === "" ? own(lowerings, node.operator) : undefined;
    if (lower === undefined)
      throw new LitepredError("unsupported-operator", `${node.name}: ${node.operator} has no .tflite form`, "", {
        node: node.name,
      });
    lower(lowering, node);
  }
  return lowering.finish();
}
