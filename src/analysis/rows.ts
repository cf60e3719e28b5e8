/** A prediction's kernels as rows: share of the time, work, and why it takes its time. */
import { sum } from "../base/index.js";
import type { KernelConfig } from "../kernels/index.js";
import type { ModelPrediction } from "../predictors/index.js";
import { type Bound, boundOf, type Ceilings, costOf, type KernelCost } from "./bounds.js";
import { shortConfig } from "./config-text.js";

export interface KernelRow extends KernelCost {
  readonly name: string;
  readonly type: string;
  readonly config: KernelConfig;
  /** The config in a few words. */
  readonly text: string;
  /** By itself, before the model-level correction. */
  readonly latencyMs: number;
  /** Of the sum over kernels, 0–1. */
  readonly share: number;
  readonly bound: Bound;
  /** The time that the work takes at the platform's ceiling ÷ its time: 1 is as fast as the platform gets. */
  readonly efficiency: number;
  /** Why it had no predictor within its range; undefined where it had. */
  readonly uncovered?: string | undefined;
  readonly nodes: readonly string[];
}

/** In running order. */
export function kernelRows(
  { kernels, unpredicted }: Pick<ModelPrediction, "kernels" | "unpredicted">,
  ceilings: Ceilings,
): KernelRow[] {
  const total = sum(kernels.map(({ latencyMs }) => latencyMs));
  const reasons = new Map(unpredicted.map(({ node, reason }) => [node, reason]));
  return kernels.map((kernel) => {
    const cost = costOf(kernel);
    const { latencyMs } = kernel;
    return {
      ...kernel,
      ...cost,
      text: shortConfig(kernel.config),
      share: total > 0 ? latencyMs / total : 0,
      bound: boundOf(cost, latencyMs, ceilings),
      efficiency: ceilingMs(cost, ceilings) / latencyMs,
      uncovered: reasons.get(kernel.nodes[0] ?? kernel.name),
    };
  });
}

function ceilingMs({ flops, bytes }: KernelCost, { flopsPerMs, bytesPerMs, overheadMs }: Ceilings): number {
  const at = (work: number, perMs: number) => (perMs > 0 ? work / perMs : 0);
  return Math.max(at(flops, flopsPerMs), at(bytes, bytesPerMs), overheadMs);
}
