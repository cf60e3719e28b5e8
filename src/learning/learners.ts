import type { ComputeBackend } from "../base/index.js";
import type { Learner, LearnerName, LearnerState, TrainedModel } from "./learner.js";

/** The family, by name; its member is loaded when it is asked for. */
export async function createLearner(_name: LearnerName, _backend: ComputeBackend): Promise<Learner> {
  throw new Error("internal: not built yet");
}

/**
 * A model from its state. Without a backend, networks are computed in plain code: right for a handful of rows.
 * @throws LitepredError "corrupt-artefact" when shapes, names or numbers do not fit together.
 */
export async function loadModel(_state: LearnerState, _backend?: ComputeBackend): Promise<TrainedModel> {
  throw new Error("internal: not built yet");
}
