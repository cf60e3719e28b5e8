/** Runs the stages of a rule set on a graph: the graph as the engine would run it, node for node. */
import type { Graph } from "../../graph/index.js";
import { runPass } from "./passes/index.js";
import type { FusionRules } from "./rules.js";
import { createWorkGraph, type WorkGraph, type WorkNode } from "./work-graph.js";
import { runningOrder } from "./work-order.js";

/** The nodes that the engine runs, in running order. */
export function optimise(graph: Graph, rules: FusionRules): readonly WorkNode[] {
  const work = createWorkGraph(rules.given?.(graph) ?? graph);
  for (const stage of rules.file.stages) runStage(work, stage, rules);
  return runningOrder(work);
}

type Stage = FusionRules["file"]["stages"][number];

/** Whether the pass is this engine's, at this precision. */
const applies = (rule: Stage["passes"][number], { name, int8 }: FusionRules): boolean =>
  rule.pass !== "match" || rule.only === undefined || (rule.only.engine === name && int8 === true);

function runStage(work: WorkGraph, stage: Stage, rules: FusionRules): void {
  const done = new Array<number>(stage.passes.length).fill(-1);
  for (let round = 0; round < stage.repeat; round++) {
    let changed = false;
    for (const [i, rule] of stage.passes.entries()) {
      if (!applies(rule, rules)) continue;
      if (done[i] === work.version || (round > 0 && rule.pass === "push-transposes" && rule.once)) continue;
      const before = work.version;
      if (runPass(work, rule, rules.nchwcBlock)) changed = true;
      else done[i] = before === work.version ? before : -1;
    }
    if (!changed) return;
  }
}
