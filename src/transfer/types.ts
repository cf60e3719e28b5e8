/**
 * The contract of adaptation: what a transfer method is given and what it returns. A recorded platform (a table) and a
 * real engine differ only in the `measure` function; a source may be a table, a predictor, or both.
 */
import type { KernelConfig, KernelType } from "../kernels/index.js";
import type { LearnerState } from "../learning/index.js";
import type { DetectedModel } from "../predictors/index.js";

/** One platform of the pool, seen through one kernel type. */
export interface Source {
  readonly platform: string;
  /** Latencies in ms (> 0), one per config, in order. A config measured on the source may be answered from the table. */
  latencies(configs: readonly KernelConfig[]): Promise<Float64Array>;
  /** What was measured on the source, if it is at hand: the published method trains its source network on it. */
  readonly table?: MeasuredTable;
  /** The published network (`mlp16`) trained on this source, for the published method; costly, so the caller keeps it. */
  network?(): Promise<LearnerState>;
}

/** Configs and their latencies in ms, index-aligned. */
export interface MeasuredTable {
  readonly configs: readonly KernelConfig[];
  readonly latenciesMs: Float64Array;
}

/** One kernel type to adapt. */
export interface AdaptationKernel {
  readonly type: KernelType;
  /** Configs that may be measured on the target, each at most once. Their order carries no meaning. */
  readonly candidates: readonly KernelConfig[];
  /** How much this kernel type weighs in the budget and the goal; default: the number of candidates. */
  readonly weight?: number;
  readonly sources: readonly Source[];
}

export interface MeasureRequest {
  readonly type: string;
  readonly config: KernelConfig;
}

/** A failure is an observation too: it uses budget and is reported. */
export type MeasureOutcome =
  | { readonly status: "measured"; readonly latencyMs: number }
  | { readonly status: "failed"; readonly reason: string };

/** Share of predictions within ±5 or ±10 %, with 95 % confidence. */
export interface Goal {
  readonly metric: "within5" | "within10";
  readonly value: number;
}

export interface AdaptationRound {
  readonly round: number;
  readonly measurementsUsed: number;
  /** Estimated from adaptation data that was not used for fitting. */
  readonly within5: number;
  readonly within10: number;
  /** What the estimate would be with twice the measurements: extrapolated from the rounds so far; undefined in the first. */
  readonly within10AtDouble?: number;
}

/** One measurement, and what is predicted of it by a fit that has not seen it; ms. */
export interface HeldOutPoint {
  readonly predictedMs: number;
  readonly measuredMs: number;
}

/** How far one kernel type has come in a round. */
export interface RoundKernel {
  readonly type: string;
  readonly measured: number;
  readonly failed: number;
  /** Sources that are leaned on so far. */
  readonly donors: readonly string[];
  /** Empty where the method does not tell. */
  readonly points: readonly HeldOutPoint[];
}

export interface AdaptationTask {
  readonly kernels: readonly AdaptationKernel[];
  /** Answers in the order of the requests. Throws only on interruption; a config that cannot be run is an outcome. */
  measure(requests: readonly MeasureRequest[]): Promise<readonly MeasureOutcome[]>;
  /** Measurements on the target over all kernel types together, failures included. */
  readonly budget: number;
  readonly goal?: Goal | undefined;
  /** Everything was measured before: it is fitted once, not round by round. */
  readonly atOnce?: boolean | undefined;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  onRound?: ((round: AdaptationRound, kernels: readonly RoundKernel[]) => void) | undefined;
}

export interface LatencyPrediction {
  readonly latencyMs: number;
  readonly lowMs: number;
  readonly highMs: number;
}

export interface AdaptedKernel {
  /** Platforms it was transferred from, most weight first; empty: from scratch. */
  readonly donors: readonly string[];
  readonly measured: number;
  readonly failed: number;
  /** Estimated on adaptation data not used for fitting; undefined with fewer than 5 measurements. */
  readonly estimate?: { readonly mape: number; readonly within5: number; readonly within10: number };
  /** Why predictions of this type deserve little trust; undefined when they are sound. */
  readonly weak?: string;
  /** Interval at `level` (0–1), conformal. Order of the configs is kept. */
  predict(configs: readonly KernelConfig[], level?: number): Promise<LatencyPrediction[]>;
}

export interface Adaptation {
  readonly method: string;
  readonly kernels: ReadonlyMap<string, AdaptedKernel>;
  readonly measurementsUsed: number;
  readonly rounds: readonly AdaptationRound[];
  readonly goalReached?: boolean;
}

/** One way of adapting: `default`, `litepred` or a baseline. */
export interface TransferMethod {
  readonly name: string;
  readonly summary: string;
  /** @throws LitepredError "no-data" when nothing can be measured, "interrupted" after an abort. */
  adapt(task: AdaptationTask): Promise<Adaptation>;
}

/** A network that was measured whole. */
export interface MeasuredNetwork {
  readonly detection: DetectedModel;
  readonly measuredMs: number;
}
