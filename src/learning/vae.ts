import type { ComputeBackend } from "../base/index.js";
import type { LearnerState, Matrix, TrainOptions } from "./learner.js";

export interface VaeOptions extends TrainOptions {
  /** Dense layers of encoder and of decoder, default 5. */
  readonly layers?: number;
  /** Default 256. */
  readonly hidden?: number;
  /** Default 128. */
  readonly latent?: number;
  /** Weight of the KL term, a number or a function of (epoch, last reconstruction loss per sample). */
  readonly beta?: number | ((epoch: number, reconstruction: number) => number);
  readonly batch?: number;
  readonly epochs?: number;
  readonly learningRate?: number;
  /** Draws per epoch, with replacement by the rows' weights; default the number of rows. */
  readonly samplesPerEpoch?: number;
}

export interface Vae {
  readonly inputs: number;
  readonly latent: number;
  /** Mean and standard deviation of q(z | x) per row. */
  encode(x: Matrix): Promise<{ mean: Matrix; deviation: Matrix }>;
  /** Rows in [0, 1]. */
  decode(z: Matrix): Promise<Matrix>;
  toState(): VaeState;
  release(): Promise<void>;
}

export interface VaeState extends Omit<LearnerState, "learner"> {
  readonly learner: "vae";
}

/** `x`: n × d, each value in [0, 1]; `weights`: how often a row is drawn, default all alike. */
export async function trainVae(
  _backend: ComputeBackend,
  _x: Matrix,
  _weights: ArrayLike<number> | undefined,
  _options: VaeOptions,
): Promise<Vae> {
  throw new Error("internal: not built yet");
}

export function loadVae(_state: VaeState, _backend: ComputeBackend): Vae {
  throw new Error("internal: not built yet");
}
