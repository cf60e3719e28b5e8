/**
 * The fusion rules of a platform: those of its engine, with the image layout of the machine that it runs on, and for INT8 the graph that
 * the engine is given. Which engines have which stands in data/fusion-rules.
 */
import type { Graph } from "../graph/index.js";
import { type FusionRules, fusionRules, type NchwcBlock } from "../kernels/index.js";
import type { Platform } from "../platforms/index.js";
import { prune } from "../readers/index.js";
import { quantizeGraph } from "../writers/index.js";

/** @param nchwcBlock channels per block of the device's layout, where the engine has a blocked one */
export function platformRules(platform: Platform, nchwcBlock: NchwcBlock): FusionRules {
  const { engine, version, processor, precision } = platform;
  const rules = fusionRules(engine, { version, nchwcBlock });
  const { blocked, quantizes, copiesOutputs } = rules.file;
  // Only float convolutions have a blocked layout: graphs for INT8 platforms are quantised when written.
  const isBlocked = blocked.includes(engine) && processor === "cpu" && precision !== "int8";
  return {
    ...rules,
    nchwcBlock: isBlocked ? nchwcBlock : 1,
    int8: precision === "int8",
    copiesOutputs: copiesOutputs.includes(engine) && processor === "cpu",
    given: precision === "int8" && quantizes ? quantizedGraph : undefined,
  };
}

/** Whether the rules of the engine name its own nodes one to one (checked by test/detection). */
export const hasExactRules = ({ engine }: Platform): boolean => fusionRules(engine).file.exact.includes(engine);

/** Below this opset there is no quantised form; the float graph's kernels stand for it. */
const fewestOpset = 13;

/** Integer kernels, and the transposes around them that a float graph has not. */
const quantizedGraph = (graph: Graph): Graph =>
  graph.opset < fewestOpset ? graph : prune(graph.name, quantizeGraph(graph));
