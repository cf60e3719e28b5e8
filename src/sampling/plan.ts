/**
 * Which kernels to measure for the base predictors of a platform, within a budget over all types: most of it where
 * latency is spent and configs are many, some for every type that occurs.
 */
import type { KernelConfig } from "../kernels/index.js";
import { sampleCoverage } from "./coverage.js";
import type { SpaceStatistics, TypeStatistics } from "./sampler.js";

export interface PlannedKernel {
  readonly type: string;
  readonly config: KernelConfig;
}

export interface PlanRequest {
  readonly statistics: SpaceStatistics;
  /** Kernels over all types. */
  readonly budget: number;
  readonly seed: number;
  /**
   * At least this many of each type that occurs, as far as it has that many distinct configs and all minima together
   * take no more than a third of the budget. Default 40.
   */
  readonly minimumPerType?: number;
  /** Only these types. Default: all that occur. */
  readonly types?: readonly string[];
}

/** Distinct kernels, types interleaved in proportion, so that any prefix is a sensible plan. */
export function planKernels(request: PlanRequest): PlannedKernel[] {
  const { statistics, budget, seed, minimumPerType = 40, types } = request;
  const chosen = Object.values(statistics.types).filter(({ type }) => types === undefined || types.includes(type));
  const counts = allocate(chosen, budget, minimumPerType);
  const queue = chosen.flatMap((type, i) => {
    const { configs } = sampleCoverage({ type: type.type, count: counts[i]!, seed, statistics: type });
    return configs.map((config, rank) => ({ type: type.type, config, at: (rank + 0.5) / configs.length }));
  });
  return queue.sort((a, b) => a.at - b.at).map(({ type, config }) => ({ type, config }));
}

/**
 * Budget over types: a minimum each, the rest by (cost share × difficulty)^⅔, difficulty being log2 of the distinct
 * configs. The power minimises Σ share · error where a type's error falls with √n.
 */
export function allocate(types: readonly TypeStatistics[], budget: number, minimumPerType: number): number[] {
  if (types.length === 0) return [];
  const minimum = Math.min(minimumPerType, Math.floor(budget / 3 / types.length));
  const weights = types.map(({ costShare, configs }) => (costShare * Math.log2(1 + configs.length)) ** (2 / 3));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const rest = budget - minimum * types.length;
  const exact = weights.map((weight) => minimum + (rest * weight) / total);
  // Largest remainders, so that the sum is exactly the budget.
  const counts = exact.map(Math.floor);
  const missing = budget - counts.reduce((sum, count) => sum + count, 0);
  const byRemainder = exact
    .map((value, i) => ({ i, remainder: value - counts[i]! }))
    .sort((a, b) => b.remainder - a.remainder);
  for (const { i } of byRemainder.slice(0, missing)) counts[i]!++;
  return counts;
}
