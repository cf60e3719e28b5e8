/**
 * Inference engines behind one contract: describe, start for a platform, prepare a model, time it, release it; and their
 * installation. In: a platform's settings, model bytes, a plan. Out: times of runs and of operators, failures as data.
 * One file an engine; engines on phones are a folder. May import measurements, writers, kernels, graph, platforms, formats, base.
 */

export * from "./android/index.js";
export { findChromium } from "./browser.js";
export * from "./contract.js";
export { encoderOf } from "./encoder.js";
export type { EngineRow } from "./engine-row.js";
export * from "./install/command.js";
export { installEngine, listEngines } from "./install/engines.js";
export * from "./install/npm.js";
export * from "./install/python.js";
export type { LocalPlatform } from "./local-platform.js";
export { hasHugePages } from "./process/pages.js";
export { parseCoreList, quietCores } from "./process/pinning.js";
export { startChildEngine } from "./process/running.js";
export { makeScratch } from "./process/scratch.js";
export * from "./recipes.js";
export { bundledEngine, type EngineChoice, engineNames, installedEngineVersion, loadEngine } from "./registry.js";
export { checkSettings } from "./settings.js";
export {
  createSyntheticEngine,
  type SyntheticDevice,
  syntheticDevice,
  syntheticLatencyMs,
} from "./synthetic.js";
