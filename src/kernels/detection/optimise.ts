/** Runs the stages of a rule set on a graph: the graph as the engine would run it, node for node. */
import type { Graph } from "../../graph/index.js";
import { runPass } from "./passes/index.js";
import type { FusionRules } from "./rules.js";
import { createWorkGraph, type WorkGraph, type WorkNode } from "./work-graph.js";
import { runningOrder } from "./work-order.js";

/** The nodes that the engine runs, in running order. */
export function optimise(graph: Graph, rules: FusionRules): readonly WorkNode[] {
  const work = createWorkGraph(rules.given?.(graph) ?? graph);
  for (const stage of rules.file.stages) runStage(work, stage, rules.nchwcBlock);
  return runningOrder(work);
}

function runStage(work: WorkGraph, stage: FusionRules["file"]["stages"][number], nchwcBlock: number): void {
  const done = new Array<number>(stage.passes.length).fill(-1);
  for (let round = 0; round < stage.repeat; round++) {
    let changed = false;
    for (const [i, rule] of stage.passes.entries()) {
      if (done[i] === work.version || (round > 0 && rule.pass === "push-transposes" && rule.once)) continue;
      const before = work.version;
      if (runPass(work, rule, nchwcBlock)) changed = true;
      else done[i] = before === work.version ? before : -1;
    }
    if (!changed) return;
  }
}
