/**
 * From a few measurements on a target, and the pool's sources, to a predictor of the target.
 * In: kernel types with candidates and sources, `measure` as a function, a budget, a seed. Out: an Adaptation that predicts
 * with intervals. May import kernels, learning, base (and what is below); no I/O of its own.
 */
export type * from "./types.js";
