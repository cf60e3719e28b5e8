/**
 * Features → latency: kernel predictors, their composition to a model's latency with interval and coverage, the artefact.
 * In: kernels, measured rows. Out: predictors and predictions; bytes of an artefact.
 * May import readers, writers (what an engine is given), kernels, learning, formats, base. No I/O.
 */

export * from "./artefact.js";
export * from "./blend.js";
export * from "./correction.js";
export { doubtOf } from "./effort.js";
export * from "./fit-many.js";
export * from "./general-roofline.js";
export * from "./kernel-predictor.js";
export * from "./part-predictor.js";
export * from "./platform-predictor.js";
export * from "./platform-rules.js";
export * from "./recipes.js";
export { type ShareTable, sumMs } from "./share-table.js";
export type * from "./state.js";
export * from "./types.js";
