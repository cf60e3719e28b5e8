import type { KernelConfig, KernelType } from "../kernels/index.js";

/** Configs of one kernel type, and what each source's latency is there. */
export interface BaselineRows {
  readonly type: KernelType;
  readonly configs: readonly KernelConfig[];
  /** Per source: ms, index-aligned with `configs`. */
  readonly sourcesMs: readonly Float64Array[];
}

/** ms of the target for new rows of the same type and sources. */
export type BaselineFit = (rows: BaselineRows) => Float64Array;

/** Fits a baseline: `latenciesMs` is index-aligned with the rows; at least one row. */
export type Baseline = (rows: BaselineRows, latenciesMs: ArrayLike<number>) => BaselineFit;
