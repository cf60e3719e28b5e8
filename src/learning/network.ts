/** Feed-forward networks as data: layers, recipe, options. */
import type { ComputeBackend } from "../base/index.js";
import type { LearnerState, TrainedModel, TrainingSet, TrainOptions } from "./learner.js";

export type Activation = "identity" | "relu" | "leaky-relu" | "sigmoid";

/** out = activation(x·W + b), plus x itself where `residual` (then `units` equals the units before). */
export interface LayerSpec {
  readonly units: number;
  readonly activation: Activation;
  readonly residual?: boolean;
}

export interface NetworkRecipe {
  readonly layers: readonly LayerSpec[];
  /** Standardise the input columns to mean 0 and deviation 1 (kept in the state). */
  readonly standardise: boolean;
  /** `log`: the net learns ln y and its output is exponentiated, so y must be positive. */
  readonly target: "log" | "raw";
  /** `mape` = |p − y| / |y| on the raw output. */
  readonly loss: "l1" | "l2" | "mape";
  readonly batch: number;
  readonly epochs: number;
  readonly learningRate: number;
  readonly schedule: "constant" | "cosine" | "one-cycle";
  /** Decoupled (AdamW). */
  readonly weightDecay: number;
}

export interface NetworkOptions extends TrainOptions, Partial<NetworkRecipe> {
  /** Warm start: weights and standardisation of an earlier model with the same layers. */
  readonly start?: LearnerState;
  /** Multiplies the learning rate of each layer, in order; 0 freezes it. Default all 1. */
  readonly layerRates?: readonly number[];
  /** Nets trained together on differently shuffled data and averaged (in log space where the target is). Default 1. */
  readonly members?: number;
}

/** Trains by whole epochs inside the engine. `recipe` defaults to `resmlp`. */
export async function trainNetwork(
  _backend: ComputeBackend,
  _set: TrainingSet,
  _options: NetworkOptions,
): Promise<TrainedModel> {
  throw new Error("internal: not built yet");
}
