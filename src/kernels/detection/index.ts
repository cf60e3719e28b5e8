/**
 * Which kernels an engine runs for a graph. In: a Graph and the fusion rules of an engine (data/fusion-rules/*.json).
 * Out: kernels with their configs, in the order they run, and whatever no rule covers.
 * May import base, graph and the kernel catalogue.
 */
export { type DetectedPart, detectKernels, detectParts } from "./detect.js";
export { type EngineNode, engineNodes } from "./engine-nodes.js";
export { describedOperators } from "./operators/index.js";
export { operatorsOfKnownWork } from "./operators/work.js";
export { ranAlone, runsAlone } from "./own-graph.js";
export {
  type FusionRules,
  fusionRules,
  type NchwcBlock,
  nchwcBlockOf,
  type RuleOptions,
  ruledEngines,
  ruleEngines,
} from "./rules.js";
