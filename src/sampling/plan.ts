/** Which kernels to measure for the base predictors of a platform, within a budget over all types. */
import type { KernelConfig } from "../kernels/types.js";
import type { SpaceStatistics } from "./sampler.js";

export interface PlannedKernel {
  readonly type: string;
  readonly config: KernelConfig;
}

export interface PlanRequest {
  readonly statistics: SpaceStatistics;
  /** Kernels over all types. */
  readonly budget: number;
  readonly seed: number;
  /** At least this many of each type that occurs, as far as it has that many distinct configs. Default 40. */
  readonly minimumPerType?: number;
  /** Only these types. Default: all that occur. */
  readonly types?: readonly string[];
}

/** Distinct kernels, most informative first within each type and types interleaved, so that any prefix is a sensible plan. */
export function planKernels(_request: PlanRequest): PlannedKernel[] {
  throw new Error("internal: not written yet");
}
