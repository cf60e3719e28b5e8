/** Learning the logarithm of a positive target: equal relative errors count alike, and no prediction is negative. */
import type { LearnerState, TrainedModel, TrainingSet } from "./learner.js";
import { requirePositive, requireTrainingSet } from "./standardise.js";

/** @throws LitepredError "invalid-table" when a target is not positive. */
export function toLogTarget(set: TrainingSet): TrainingSet {
  requireTrainingSet(set.x, set.y, set.weights);
  requirePositive(set.y);
  return { ...set, y: Float64Array.from(set.y, Math.log) };
}

/** The model of a logarithm as one of the target itself. */
export function fromLogTarget(model: TrainedModel): TrainedModel {
  return {
    inputs: model.inputs,
    predict: async (x) => (await model.predict(x)).map(Math.exp),
    toState() {
      const state = model.toState();
      return { ...state, settings: { ...state.settings, target: "log" } };
    },
    release: () => model.release(),
  };
}

export const hasLogTarget = (state: LearnerState): boolean => state.settings.target === "log";
