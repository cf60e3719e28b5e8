/**
 * Metrics by name, methods by name, and experiments that return report objects. In: recorded platforms, sources, a seed.
 * Out: plain objects that print as JSON. May import transfer, baselines, pool, search and what is below; no I/O.
 */
export * from "./architecture-transfer.js";
export { createBaselineMethod } from "./baseline-method.js";
export * from "./distribution-experiment.js";
export * from "./methods.js";
export * from "./metrics.js";
export * from "./recorded-experiment.js";
export * from "./recorded-platform.js";
export * from "./recorded-transfer.js";
export * from "./representative-experiment.js";
export * from "./sampler-experiment.js";
export * from "./sampler-table.js";
export { fitTable, type KeepTrained } from "./table-fit.js";
