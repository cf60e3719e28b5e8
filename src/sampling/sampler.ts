/** What a sampler is: it decides which configs of a kernel type to measure. Strategies are one file each. */
import type { ComputeBackend } from "../base/index.js";
import type { KernelConfig } from "../kernels/index.js";

/** A distinct config seen in the spaces, with how often and how much it matters. */
export interface ConfigStatistics {
  readonly config: KernelConfig;
  /** Occurrences over all sampled architectures. */
  readonly count: number;
  /** Sum over those occurrences of the kernel's share (0–1) of its model's cost. */
  readonly share: number;
}

export interface TypeStatistics {
  readonly type: string;
  /** In descending order of share. */
  readonly configs: readonly ConfigStatistics[];
  readonly count: number;
  /** Mean share (0–1) of a model's cost that kernels of this type have. */
  readonly costShare: number;
}

export interface SpaceStatistics {
  readonly architectures: number;
  readonly types: Readonly<Record<string, TypeStatistics>>;
  /** Operators without a rule, with how many nodes were met: never dropped in silence. */
  readonly unsupported: Readonly<Record<string, number>>;
}

/** Relative error (0–…) of the present predictor on configs; measuring and training happen behind it. */
export type ErrorOracle = (configs: readonly KernelConfig[]) => Promise<readonly number[]>;

export interface SamplingRequest {
  /** Kernel type, a name of the catalogue. */
  readonly type: string;
  /** Distinct configs wanted. */
  readonly count: number;
  readonly seed: number;
  /** Where configs come from; samplers that need it (all but `random` and `designed`) throw `no-data` without. */
  readonly statistics?: TypeStatistics | undefined;
  /** Configs that may be drawn, after projection; default all. Others are drawn again and counted as duplicates. */
  readonly accepts?: (config: KernelConfig) => boolean;
  /** Adaptive sampler only: measures and returns errors, round by round. */
  readonly errors?: ErrorOracle;
  /** VAE samplers only: where they train; default this process's ONNX Runtime. */
  readonly backend?: ComputeBackend;
  readonly signal?: AbortSignal | undefined;
}

export interface SamplingReport {
  /** Raw draws made. */
  readonly drawn: number;
  /** Draws thrown away because their config was already taken. */
  readonly duplicates: number;
  /** Draws that had to be moved onto a valid config. */
  readonly projected: number;
  /** Draws moved to neighbouring sizes because the sizes seen were used up; absent for samplers that always or never do. */
  readonly moved?: number;
  /** Why another sampler stood in, where one did. */
  readonly fallback?: string;
  /** Why fewer than `count` configs came back, where that is so. */
  readonly shortfall?: string;
}

export interface SamplingResult {
  readonly configs: readonly KernelConfig[];
  readonly report: SamplingReport;
}

export interface Sampler {
  readonly name: string;
  readonly summary: string;
  /** @throws LitepredError `no-data`, `unknown-kernel-type`, `interrupted`. */
  sample(request: SamplingRequest): Promise<SamplingResult>;
}
