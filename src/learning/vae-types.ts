/**
 * A variational autoencoder of rows in [0, 1]^d: MLP encoder to a normal distribution in latent space, MLP decoder back through
 * a sigmoid. Loss per sample: Σ (x − x̂)² + β · KL(q(z|x) ‖ N(0, 1)), with β adapted by default so that the KL term neither
 * drowns the reconstruction nor vanishes.
 * Differs: LitePred's public code leaves the ½ out of parts of the KL term; here it is ½ Σ (σ² + μ² − 1 − ln σ²).
 */
import type { Matrix, StateArray, TrainOptions } from "./learner.js";

export interface VaeOptions extends TrainOptions {
  /** Dense layers of the encoder, and of the decoder; default 5, as published. */
  readonly layers?: number;
  /** Units of the hidden layers, default 256. */
  readonly hidden?: number;
  /** Default 128. */
  readonly latent?: number;
  /** A number, or a function of the epoch (from 0) and the last epoch's reconstruction error per sample (1 at first). */
  readonly beta?: number | ((epoch: number, reconstruction: number) => number);
  /** `squared`: as published. `bernoulli`: cross-entropy, for columns that are 0 or 1. Default `squared`. */
  readonly reconstruction?: "squared" | "bernoulli";
  /** Default 16. */
  readonly batch?: number;
  /** Default 20. */
  readonly epochs?: number;
  /** A number, or a function of the epoch (from 0); default 1e-3. */
  readonly learningRate?: number | ((epoch: number) => number);
  /** Rows drawn in an epoch, with replacement, by weight; default the number of rows. */
  readonly samplesPerEpoch?: number;
}

export interface VaeState {
  readonly learner: "vae";
  readonly version: 1;
  readonly settings: {
    readonly inputs: number;
    readonly layers: number;
    readonly hidden: number;
    readonly latent: number;
  };
  readonly arrays: Readonly<Record<string, StateArray>>;
}

export interface Vae {
  readonly inputs: number;
  readonly latent: number;
  /** Mean and standard deviation of q(z | x), each rows × latent. */
  encode(x: Matrix): Promise<{ mean: Matrix; deviation: Matrix }>;
  /** rows × latent to rows × inputs, values in (0, 1). */
  decode(z: Matrix): Promise<Matrix>;
  toState(): VaeState;
  release(): Promise<void>;
}

/**
 * The published balance (its `train_vae.py`): β falls towards 0 while the reconstruction is bad, and rises to at most 0.1 when
 * it is good.
 */
export const adaptiveBeta =
  (balance: number): ((epoch: number, reconstruction: number) => number) =>
  (epoch, reconstruction) =>
    epoch === 0 ? 0.02 : 0.1 / (1 + Math.exp(2 * (Math.log(reconstruction) + balance)));
