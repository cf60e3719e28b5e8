/**
 * What any method has to beat: fits from (configs, sources' latencies) to the target's latency, each a few lines of closed
 * form. In: measured rows. Out: a function of new rows. May import kernels, learning, base.
 */
export * from "./flops.js";
export * from "./log-linear.js";
export * from "./median-ratio.js";
export * from "./rows.js";
