import type { Graph } from "../../graph/index.js";
import type { Detection } from "../types.js";
import type { FusionRules } from "./rules.js";

/** The kernels that the engine of `rules` runs for `graph`, in running order. Pure; unknown operators are in `unsupported`. STUB: being written. */
export function detectKernels(_graph: Graph, _rules: FusionRules): Detection {
  throw new Error("internal: not written yet");
}
