/**
 * From a few measurements on a target, and the pool's sources, to a predictor of the target.
 * In: kernel types with candidates and sources, `measure` as a function, a budget, a seed. Out: an Adaptation that predicts
 * with intervals. May import predictors, kernels, learning, base (and what is below); no I/O of its own.
 */

export { type FittedKernel, type LoopPlan, runAdaptationLoop } from "./adaptation-loop.js";
export { describeKernel, isPredictable } from "./adapted-kernel.js";
export { allocate, type Share } from "./allocation.js";
export { beside, type Table, tableOf } from "./columns.js";
export { type ConfigColumns, fitConfigColumns } from "./config-columns.js";
export { configText, createKernelTable, type KernelFormulas, type KernelTable } from "./kernel-table.js";
export { loadTransferMethod, type TransferMethodName, transferMethodNames } from "./methods/index.js";
export { trainPublishedNetwork } from "./methods/litepred.js";
export { parseRawTable, type RawTable, type RejectedRow, type Split } from "./raw-table.js";
export { representativeRows } from "./representative.js";
export type { KernelRecord } from "./session.js";
export { klDivergence, type RankedSource, rankSources } from "./similarity.js";
export { sourceLogs } from "./source-logs.js";
export { createTableSource, type TableFit } from "./table-source.js";
export type * from "./types.js";
