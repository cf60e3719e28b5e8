/**
 * Which operators an engine fuses.
 * In: a running engine and a writer of its format. Out: for each pair or composition a verdict by time, with the evidence
 * and a confidence, and one by the engine's own graph where it tells it; the evidence as kept in files. May import what profiling may.
 */
export { type ChainSize, chainGraph, chainSizes } from "./chains.js";
export type { CostPair, Decision, FusionVerdict } from "./decide.js";
export * from "./evidence.js";
export * from "./evidence-page.js";
export { type FusionExperiment, fusionExperiments } from "./experiments.js";
export {
  type CountEvidence,
  type FusionFinding,
  type FusionRequest,
  findFusions,
  type SizeEvidence,
} from "./find.js";
export { experimentsNamed, pairEvidence, toThousandths } from "./pair-evidence.js";
