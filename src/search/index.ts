/**
 * Hardware-aware architecture search: what it knows are a space, latency predictors and an accuracy predictor (types.ts).
 * In: those, budgets, objectives, a method, a seed. Out: the front. Pure: no I/O, no clock.
 * May import predictors, spaces, kernels, base.
 */
export type * from "./types.js";
