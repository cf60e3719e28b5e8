/**
 * In: arrays of numbers (features, targets, weights) and a ComputeBackend (contract in base, implementation in runtime).
 * Out: trained models that predict arrays, and their states (JSON and typed arrays). It knows nothing of what the numbers
 * stand for. Importing it is cheap: training code is loaded when something is trained. May import: formats/onnx (training and
 * inference graphs are ONNX), base.
 */
export type { BoostedTreesOptions } from "./boosted-trees.js";
export { trainBoostedTrees } from "./boosted-trees.js";
export type { CovarianceName } from "./covariance.js";
export type { FormModel, FormOptions, FormRecipe } from "./form-training.js";
export { trainForm } from "./form-training.js";
export { type GaussianProcess, loadGaussianProcess } from "./gaussian-model.js";
export * from "./gaussian-process.js";
export * from "./learner.js";
export * from "./learners.js";
export * from "./least-squares.js";
export * from "./linear-algebra.js";
export type {
  MetaEpisodeTask,
  MetaModel,
  MetaOptions,
  MetaRecipe,
  MetaTask,
  TrainedMetaModel,
} from "./meta-learning.js";
export { trainMeta } from "./meta-learning.js";
export * from "./minimise.js";
export * from "./network.js";
export { createForm, denseTrunk, graphTrunk, type NetworkForm, type Samples, takeSamples } from "./network-form.js";
export { type RandomForest, trainRandomForest } from "./random-forest.js";
export * from "./vae.js";
export * from "./vae-types.js";
