/** The families of learners and of models, by name; a member is loaded when it is asked for. */
import { type ComputeBackend, invariant, LitepredError } from "../base/index.js";
import type { Learner, LearnerName, LearnerState, TrainedModel, TrainingSet, TrainOptions } from "./learner.js";
import { fromLogTarget, hasLogTarget, toLogTarget } from "./log-target.js";
import type { NetworkOptions } from "./network.js";

/** @param backend undefined: no network is asked for */
export async function createLearner(name: LearnerName, backend?: ComputeBackend): Promise<Learner> {
  switch (name) {
    case "mlp16":
    case "resmlp": {
      const recipe = (await import("./network.js"))[name];
      invariant(backend !== undefined, "a network is trained in an engine");
      return { name, train: (set, options) => trainNetwork(backend, set, { ...recipe, ...options }) };
    }
    case "gaussian-process": {
      const { trainGaussianProcess } = await import("./gaussian-process.js");
      return inEitherTarget(name, (set, options) => trainGaussianProcess(set.x, set.y, gaussianOptions(set, options)));
    }
    case "ridge":
      return inEitherTarget(name, (await import("./ridge-model.js")).trainRidge);
    case "boosted-trees":
      return inEitherTarget(name, (await import("./boosted-trees.js")).trainBoostedTrees);
    default:
      throw new LitepredError("unknown-name", `there is no learner "${name satisfies never}"`);
  }
}

function inEitherTarget(name: LearnerName, train: (set: TrainingSet, options: TrainOptions) => TrainedModel): Learner {
  return {
    name,
    async train(set, options) {
      return options.target === "log" ? fromLogTarget(train(toLogTarget(set), options)) : train(set, options);
    },
  };
}

/** A row of weight w is one of w-fold trust: its noise variance is 1/w of the fitted one. */
/** Steps of the optimiser from hyper-parameters of nearly the same rows. Choice. */
const warmIterations = 20;

function gaussianOptions({ weights }: TrainingSet, given: TrainOptions) {
  const options = given.start === undefined ? given : { ...given, iterations: warmIterations };
  if (weights === undefined) return options;
  return { ...options, noiseScale: Float64Array.from(weights, (w) => 1 / Math.max(w, 1e-6)) };
}

/** Trains a network in the engine; the code for it is loaded at the first call. See NetworkOptions; the default recipe is `resmlp`. */
export async function trainNetwork(
  backend: ComputeBackend,
  set: TrainingSet,
  options: NetworkOptions,
): Promise<TrainedModel> {
  const training = await import("./network-training.js");
  return training.trainNetwork(backend, set, options);
}

/**
 * A model from its state. Without a backend, networks are computed in plain code, which loads no engine: right for up to some
 * hundred rows. With one, large inputs go to the engine; answers agree to single precision.
 * @throws LitepredError "corrupt-artefact" when shapes, names or numbers do not fit together.
 */
export async function loadModel(state: LearnerState, backend?: ComputeBackend): Promise<TrainedModel> {
  if (state.learner === "network") {
    const { createNetworkModel, readNetworkState } = await import("./network-model.js");
    return createNetworkModel(readNetworkState(state), backend);
  }
  const model = await loadClosedForm(state);
  return hasLogTarget(state) ? fromLogTarget(model) : model;
}

async function loadClosedForm(state: LearnerState): Promise<TrainedModel> {
  switch (state.learner) {
    case "gaussian-process":
      return (await import("./gaussian-model.js")).loadGaussianProcess(state);
    case "ridge":
      return (await import("./ridge-model.js")).loadRidge(state);
    case "boosted-trees":
      return (await import("./boosted-trees.js")).loadBoostedTrees(state);
    default:
      throw new LitepredError("corrupt-artefact", `there is no model of kind "${state.learner}"`);
  }
}
