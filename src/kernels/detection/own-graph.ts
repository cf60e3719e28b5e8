/** What the engine runs where a kernel is measured alone, as a graph of its own. */
import { isKernelTypeName, kernelTypeOf } from "../catalogue.js";
import type { KernelConfig } from "../types.js";
import { detectKernels } from "./detect.js";
import type { FusionRules } from "./rules.js";

/**
 * In ONNX Runtime an upsampling outside the blocked layout is another kernel, a GELU that is not fused with its bias several, a transpose that
 * moves nothing none. Undefined where that is no one kernel and none of its type; types without a graph, and reorders (which are timed around
 * other kernels), are what they are.
 */
export function ranAlone(
  type: string,
  config: KernelConfig,
  rules: FusionRules,
): { readonly type: string; readonly config: KernelConfig } | undefined {
  const graph = isKernelTypeName(type) && type !== "reorder" ? kernelTypeOf(type).graph : undefined;
  if (graph === undefined) return { type, config };
  const { kernels, unsupported } = detectKernels(graph(config), rules);
  const [only] = kernels;
  const isOne = kernels.length === 1 && unsupported.length === 0;
  if (isOne && isKernelTypeName(only!.type) && (only!.type === type || !views.has(only!.type))) return only;
  return kernels.some((kernel) => kernel.type === type) ? { type, config } : undefined;
}

/** What is left of a kernel that moves nothing. */
const views: ReadonlySet<string> = new Set(["slice", "copy"]);

/** Whether it can be measured alone. */
export const runsAlone = (type: string, config: KernelConfig, rules: FusionRules): boolean =>
  ranAlone(type, config, rules)?.type === type;
