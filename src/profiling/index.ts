/**
 * Kernel or model × platform → measurement.
 * In: model bytes or kernel graphs, a platform, a protocol (a value). Out: outcomes as data, failures included, with
 * the conditions they were taken under. May import measurements, writers, kernels, graph, platforms, formats, base.
 */

export { measureNoise, type Noise, noiseOf } from "./anchor.js";
export * from "./android/index.js";
export { idleShare, readConditions } from "./conditions.js";
export * from "./contract.js";
export { coreState, settleCoreState } from "./core-state.js";
export { findChromium } from "./engines/browser.js";
export { type EngineChoice, engineNames, installedEngineVersion, loadEngine } from "./engines/index.js";
export * from "./engines/recipes.js";
export {
  createSyntheticEngine,
  type SyntheticDevice,
  syntheticDevice,
  syntheticLatencyMs,
} from "./engines/synthetic.js";
export * from "./estimate.js";
export * from "./fusion/index.js";
export type { KernelTask, SessionEngine } from "./kernel-session.js";
export * from "./measure-kernels.js";
export * from "./measure-model.js";
export * from "./pairing.js";
export { parseCoreList, quietCores } from "./pinning.js";
export * from "./protocol.js";
export { startChildEngine } from "./running.js";
