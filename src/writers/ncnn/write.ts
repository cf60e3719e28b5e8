/** A graph as an ncnn model, .param and .bin in one file, fp32 or int8. ncnn has no batch: the leading axis must be 1. */
import { LitepredError, own } from "../../base/index.js";
import type { Graph } from "../../graph/index.js";
import { fuse } from "../fuse.js";
import type { WriteOptions } from "../onnx/write.js";
import { ncnnFusion } from "./activations.js";
import { Lowering } from "./lowering.js";
import type { OperatorTable } from "./operators/common.js";
import { elementwise } from "./operators/elementwise.js";
import { matrices } from "./operators/matrix.js";
import { shapes } from "./operators/shapes.js";
import { windows } from "./operators/windows.js";

const lowerings: OperatorTable = { ...windows, ...elementwise, ...matrices, ...shapes };

/**
 * A line `litepred-ncnn <bytes of the .param text>`, that text, the .bin weights; weights without values get the same
 * seeded ones as in `writeOnnx`.
 * @throws LitepredError `unsupported-operator` naming the node that has no ncnn form.
 */
export function writeNcnn(graph: Graph, options: WriteOptions = {}): Uint8Array {
  const { seed = 0, precision = "fp32" } = options;
  const fused = fuse(graph, ncnnFusion);
  const lowering = new Lowering(fused, { seed, original: graph, int8: precision === "int8" });
  lowering.begin();
  for (const node of fused.nodes) {
    const lower = node.domain === "" ? own(lowerings, node.operator) : undefined;
    if (lower === undefined)
      throw new LitepredError("unsupported-operator", `${node.name}: ${node.operator} has no ncnn form`, "", {
        node: node.name,
      });
    lower(lowering, node);
  }
  return lowering.finish();
}
