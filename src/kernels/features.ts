/** STUB: configs to feature vectors. */
import type { KernelConfig, KernelType } from "./types.js";

/** `published`: raw config, FLOPs and parameters in millions. `derived`: logs, ratios, flags (evidence.md). */
export type FeatureSet = "published" | "derived";

export function featureNames(_type: string | KernelType, _set: FeatureSet): string[] {
  throw new Error("internal: not written yet");
}

/** Row-major configs.length × featureNames(...).length. Configs must be valid (normalizeConfig). */
export function extractFeatures(
  _type: string | KernelType,
  _configs: readonly KernelConfig[],
  _set: FeatureSet,
): Float32Array {
  throw new Error("internal: not written yet");
}

/** Row-major configs.length × 4: 1, FLOPs, activation bytes (in + out), weight bytes, at 4 bytes per element. */
export function rooflineTerms(_type: string | KernelType, _configs: readonly KernelConfig[]): Float64Array {
  throw new Error("internal: not written yet");
}
