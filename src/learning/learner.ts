/**
 * What every learner takes and gives: arrays of numbers, nothing else. A learner is trained to a model; a model predicts,
 * and is saved as a state of plain JSON and typed arrays, from which it is loaded without any executable content.
 */

/** Row-major; one row is one sample, one column one feature. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array | Float64Array;
}

export interface TrainingSet {
  readonly x: Matrix;
  /** One target per row; positive where the target is learned as a logarithm or by relative error. */
  readonly y: ArrayLike<number>;
  /** Importance of each row, ≥ 0, default all 1. Only ratios matter. */
  readonly weights?: ArrayLike<number>;
}

export interface TrainProgress {
  /** Epochs done; several may have been done since the last call. */
  readonly epoch: number;
  readonly epochs: number;
  /** Mean training loss since the last call, in the loss's own unit. */
  readonly loss: number;
}

export interface TrainOptions {
  /** `log`: learn ln y, which must then be positive, and predict y. Default: as the learner's recipe says, else `raw`. */
  readonly target?: "log" | "raw";
  /** The same seed gives the same model on one machine. */
  readonly seed: number;
  /** @throws LitepredError "interrupted" soon after it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** A model of nearly the same rows, where its learner can go on from one. */
  readonly start?: LearnerState | undefined;
  onProgress?(progress: TrainProgress): void;
}

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export interface StateArray {
  readonly shape: readonly number[];
  readonly values: Float32Array | Float64Array | Int32Array;
}

/** Everything a model is: numbers and names. */
export interface LearnerState {
  readonly learner: ModelKind;
  readonly version: 1;
  readonly settings: { readonly [key: string]: JsonValue };
  readonly arrays: Readonly<Record<string, StateArray>>;
}

/** The form of a trained model; several learners may share one (`mlp16` and `resmlp` are both networks). */
export type ModelKind = "network" | "gaussian-process" | "ridge" | "boosted-trees";

export interface TrainedModel {
  /** Number of columns it expects. */
  readonly inputs: number;
  /** One prediction per row, in the target's own unit (logarithms are undone). Any number of rows, 0 included. */
  predict(x: Matrix): Promise<Float64Array>;
  toState(): LearnerState;
  /** Frees native memory. A model without any has nothing to free; calling it twice is harmless. */
  release(): Promise<void>;
}

export interface Learner {
  readonly name: LearnerName;
  train(set: TrainingSet, options: TrainOptions): Promise<TrainedModel>;
}

export type LearnerName = "mlp16" | "resmlp" | "gaussian-process" | "ridge" | "boosted-trees";
