/**
 * Why a model takes as long as it does, and what would change it. In: a platform's predictor, kernels, graphs. Out: ceilings and what
 * binds each kernel, curves over a field of a config, blocks of kernels, edited graphs. Pure; runs in browsers too.
 * May import predictors, kernels, graph, base.
 */
export * from "./alike.js";
export * from "./blocks.js";
export * from "./bounds.js";
export * from "./edit.js";
export * from "./kernel-graph.js";
export * from "./steps.js";
