/** What a predictor answers, for one kernel and for a whole model. */
import type { Kernel, KernelConfig } from "../kernels/index.js";
import type { HeldOut, KernelPredictorState } from "./state.js";

export interface KernelPredictor {
  readonly type: string;
  /** How it was made: `default`, `published`, or a transfer method. */
  readonly recipe: string;
  readonly samples: number;
  readonly heldOut: HeldOut;
  /** Milliseconds, > 0, in the order of the configs. */
  predict(configs: readonly KernelConfig[]): Promise<Float64Array>;
  /** For the artefact. */
  toState(): KernelPredictorState;
  /** Why a config is outside the range of the data it was trained on; undefined inside. */
  outOfRange(config: KernelConfig): string | undefined;
  release(): Promise<void>;
}

export interface Interval {
  /** 0–1. */
  readonly level: number;
  readonly lowMs: number;
  readonly highMs: number;
}

export interface PredictedKernel {
  readonly name: string;
  readonly type: string;
  readonly config: KernelConfig;
  readonly latencyMs: number;
  readonly nodes: readonly string[];
}

export interface Unpredicted {
  /** Graph node (or kernel) that stands behind it. */
  readonly node: string;
  readonly operator: string;
  readonly reason: string;
}

export interface ModelPrediction {
  /** Sum over kernels after the model-level correction, and what the call costs. */
  readonly latencyMs: number;
  /** Plain sum over kernels, before the correction. */
  readonly sumMs: number;
  /** The total is made of `sumMs` · `factor` + `callMs`: the model-level correction, and what a call costs: the copies of its outputs, and the rest whatever the model is. */
  readonly factor: number;
  readonly callMs: number;
  readonly interval: Interval;
  /** Shares (0–1) of the kernels and of the FLOPs that had a predictor within its range. */
  readonly coverage: { readonly kernels: number; readonly flops: number };
  readonly unpredicted: readonly Unpredicted[];
  readonly kernels: readonly PredictedKernel[];
}

/** What a prediction starts from: the kernels of a model, and the nodes that no rule covered. */
export interface DetectedModel {
  readonly kernels: readonly Kernel[];
  readonly unsupported?: readonly Unpredicted[];
  /** Elements of its outputs, where the engine copies them for its caller. */
  readonly copiedElements?: number | undefined;
}
