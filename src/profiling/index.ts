/**
 * Kernel or model × engine → measurement.
 * In: model bytes or kernel graphs, a running engine, a protocol (a value). Out: outcomes as data, failures included, with
 * the conditions they were taken under. May import engines, measurements, writers, kernels, graph, platforms, formats, base.
 */

export { measureNoise, type Noise, noiseOf } from "./anchor.js";
export { idleShare, readConditions } from "./conditions.js";
export type { KernelTask, SessionEngine } from "./kernel-session.js";
export * from "./measure-kernels.js";
export * from "./measure-model.js";
export * from "./pairing.js";
export * from "./protocol.js";
