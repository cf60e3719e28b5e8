/**
 * Kernel or model × engine → measurement, by the reference method (references.ts).
 * In: model bytes or kernel graphs, an engine with the nominal times of its references, a protocol (a value). Out: outcomes as
 * data, failures included, with the conditions they were taken under.
 * May import engines, measurements, spaces, writers, kernels, graph, platforms, formats, base.
 */

export { callCostOf, measureCall } from "./call-cost.js";
export { idleShare, readConditions } from "./conditions.js";
export * from "./in-models.js";
export type { KernelTask } from "./kernel-session.js";
export { sumOf } from "./kernel-session.js";
export * from "./measure-kernels.js";
export * from "./measure-model.js";
export { fileSubject, type ModelToMeasure, measureModels } from "./measure-models.js";
export * from "./named-network.js";
export { keepNominal, keptNominal, nominalTimes } from "./nominal.js";
export * from "./pairing.js";
export * from "./profile-kernels.js";
export * from "./profile-models.js";
export * from "./protocol.js";
export { outcomeOf, type SessionEstimate } from "./reference-state.js";
export { openReferences, type ReferenceName, type ReferenceTimes, referenceNames } from "./references.js";
export { type SessionEngine, timeModels, turnsOf } from "./session.js";
export { type StartedEngine, startEngine } from "./start.js";
export { measureWindows, type Window, type WindowRequest } from "./windows.js";
