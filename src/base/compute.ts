/**
 * The contract between those who write computations as ONNX models (learning, and whoever predicts) and the one folder
 * that runs them (runtime). It stands here because those two are on one layer and do not see each other.
 */
export type TensorValues = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

/** A dense tensor, row-major. The element type follows from the array: f32, f64, i32, i64; Uint8Array stands for bool. */
export interface TensorData {
  readonly shape: readonly number[];
  readonly values: TensorValues;
}

export interface ComputeOptions {
  /** Threads inside one operator, default 1: two trainings at once beat one training on two threads. */
  readonly threads?: number;
}

/** A loaded computation. Not re-entrant: await a run before the next one. */
export interface ComputeSession {
  /** @throws LitepredError "invalid-model" when a feed is missing or has the wrong type or shape. */
  run(feeds: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>>;
  release(): Promise<void>;
}

export interface ComputeBackend {
  /** @throws LitepredError "invalid-model" when the bytes are no ONNX model that the engine accepts. */
  createSession(model: Uint8Array, options?: ComputeOptions): Promise<ComputeSession>;
}
