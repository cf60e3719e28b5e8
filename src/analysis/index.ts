/**
 * Why a model takes as long as it does, how sure that is, and what would change it. In: a platform's predictor, predictions, kernels,
 * graphs. Out: ceilings and what binds each kernel, shares, groups, blocks, curves over a field of a config, edited graphs, configs in a
 * few words, a gate's verdicts. Pure; runs in browsers too.
 * May import predictors, kernels, graph, base.
 */
export * from "./alike.js";
export * from "./blocks.js";
export * from "./bounds.js";
export * from "./config-text.js";
export * from "./edit.js";
export * from "./exceedance.js";
export * from "./gate.js";
export * from "./groups.js";
export * from "./kernel-changes.js";
export * from "./kernel-graph.js";
export * from "./rows.js";
export * from "./steps.js";
export * from "./tree.js";
