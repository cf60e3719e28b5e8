/**
 * ONNX Runtime's integer convolutions work on channels-last tensors: each gets a Transpose before and after it, which
 * are then moved and cancelled as far as they go (onnxruntime/core/optimizer/nhwc_transformer.cc).
 */
import { addNode, newValue, setOutput } from "../work-edits.js";
import { has, type WorkGraph } from "../work-graph.js";
import { nodesOf } from "../work-order.js";
import { permute } from "./permutation.js";
import { pushTransposes } from "./push-transposes.js";
import { transposeInput } from "./transpose-moves.js";

const toLast = (rank: number) => [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
const toFirst = (rank: number) => [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)];

export function channelsLast(work: WorkGraph): boolean {
  if (!has(work, "Conv")) return false;
  let changed = false;
  for (const node of nodesOf(work)) {
    if (!node.alive || node.operator !== "Conv" || node.domain !== "quantized" || node.attributes.channels_last === 1)
      continue;
    const output = node.outputs[0]!;
    const rank = output.shape.length;
    transposeInput(work, node, 0, toLast(rank));
    const made = newValue(work, `${output.name}/channels_last`, permute(output.shape, toLast(rank)), output.type);
    setOutput(work, node, 0, made);
    addNode(work, "Transpose", "", [made], [output], { perm: toFirst(rank) }, []);
    node.attributes = { ...node.attributes, channels_last: 1 };
    changed = true;
  }
  if (changed) pushTransposes(work, true);
  return changed;
}
