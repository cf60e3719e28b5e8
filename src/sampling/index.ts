/**
 * Which kernel configs to measure. In: a kernel type, a count, a seed and statistics of the spaces. Out: distinct valid
 * configs with a report of duplicates and projections. Samplers are listed here alone and loaded on first use.
 * May import spaces, kernels, graph, learning, base.
 */
export * from "./plan.js";
export type * from "./sampler.js";
