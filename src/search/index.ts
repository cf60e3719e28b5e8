/**
 * Hardware-aware architecture search: what it knows are a space, latency predictors and an accuracy predictor (types.ts).
 * In: those, budgets, objectives, a method, a seed. Out: states, whose archive is the front. Pure: no I/O, no clock.
 * May import predictors, spaces, kernels, base.
 */
export { type Prediction, predictArchitectures } from "./evaluate.js";
export { bestOf, inOrder, kneeOf, spreadOf } from "./front.js";
export { hypervolume } from "./hypervolume.js";
export { latencyOf } from "./latency.js";
export { type MethodOptions, type SearchMethodName, searchMethodNames } from "./methods.js";
export { defaultMethodOptions, restateUnder, type SearchOptions, searchFrom } from "./search.js";
export { type FrontSoFar, frontSoFar, hypervolumeOf, type SearchState } from "./state.js";
export * from "./types.js";
