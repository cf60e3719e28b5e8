/**
 * From a few measurements on a target, and the pool's sources, to a predictor of the target.
 * In: kernel types with candidates and sources, `measure` as a function, a budget, a seed. Out: an Adaptation that predicts
 * with intervals. May import predictors, kernels, learning, base (and what is below); no I/O of its own.
 */

export { describeKernel, isPredictable } from "./adapted-kernel.js";
export type { ComparisonReport } from "./best-source.js";
export { allocate, type Share } from "./choosing/allocation.js";
export { type FittedKernel, type LoopPlan, runAdaptationLoop } from "./choosing/loop.js";
export type { KernelRecord } from "./choosing/record.js";
export { representativeRows } from "./choosing/representative.js";
export { loadTransferMethod, type TransferMethodName, transferMethodNames } from "./methods/index.js";
export { trainPublishedNetwork } from "./methods/litepred.js";
export { type FittedPlatform, fitPlatform, type PlatformTask } from "./platform.js";
export { beside, standardColumns, type Table, tableOf } from "./process/columns.js";
export { type ConfigColumns, fitConfigColumns } from "./process/config-columns.js";
export { sourceLogs } from "./process/source-logs.js";
export { klDivergence, type RankedSource, rankSources } from "./similarity.js";
export { createTableSource, type TableFit } from "./table-source.js";
export type * from "./types.js";
