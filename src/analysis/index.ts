/**
 * Why a model takes as long as it does, and how sure that is. In: a platform's predictor, predictions, kernels. Out: ceilings and what
 * binds each kernel, shares, groups, blocks, configs in a few words, a gate's verdicts. Pure; runs in browsers too.
 * May import predictors, kernels, graph, base.
 */
export * from "./bounds.js";
export * from "./config-text.js";
export * from "./exceedance.js";
export * from "./gate.js";
export * from "./groups.js";
export * from "./kernel-changes.js";
export * from "./rows.js";
export * from "./tree.js";
