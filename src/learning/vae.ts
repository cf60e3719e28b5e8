/** A variational autoencoder, its code loaded when something is trained or read. */
import type { ComputeBackend } from "../base/index.js";
import type { Matrix } from "./learner.js";
import type { Vae, VaeOptions, VaeState } from "./vae-types.js";

/** `x`: n × d in [0, 1]; `weights`: how often a row is drawn, default all alike. Training code is loaded at the first call. */
export async function trainVae(
  backend: ComputeBackend,
  x: Matrix,
  weights: ArrayLike<number> | undefined,
  options: VaeOptions,
): Promise<Vae> {
  const training = await import("./vae-training.js");
  return training.trainVae(backend, x, weights, options);
}

/** @throws LitepredError "corrupt-artefact" */
export async function loadVae(state: VaeState, backend?: ComputeBackend): Promise<Vae> {
  const { readVaeState, createVae } = await import("./vae-model.js");
  return createVae(readVaeState(state), backend);
}
