/**
 * What any method has to beat: fits from (configs, sources' latencies) to the target's latency, each a few lines of closed
 * form, and the published methods, each in a folder. In: measured rows. Out: a function of new rows. May import kernels, learning, base.
 */
export * from "./architecture-graph.js";
export * from "./architectures.js";
export * from "./brp-nas/index.js";
export * from "./flops.js";
export { fitFlopsModel } from "./flops-models/index.js";
export * from "./help/index.js";
export { logLinear } from "./log-linear.js";
export { fitLookUp } from "./look-up/index.js";
export * from "./low-rank.js";
export * from "./median-ratio.js";
export { fitNnMeter } from "./nn-meter/index.js";
export * from "./rows.js";
export * from "./utilisation.js";
