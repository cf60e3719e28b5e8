import type { LearnerState, TrainedModel, TrainingSet, TrainOptions } from "./learner.js";

export function trainBoostedTrees(_set: TrainingSet, _options: TrainOptions): TrainedModel {
  throw new Error("internal: not built yet");
}

export function loadBoostedTrees(_state: LearnerState): TrainedModel {
  throw new Error("internal: not built yet");
}
