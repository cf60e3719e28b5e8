import { describedOperators } from "./operators/index.js";
import type { Pattern } from "./rule-schema.js";
import type { FusionRules } from "./rules.js";

export interface OperatorCoverage {
  /** Every operator that detection knows on this engine, sorted. */
  readonly operator: string;
  /** It can be a kernel of its own. */
  readonly kernel: boolean;
  /** It costs nothing on this engine. */
  readonly free: boolean;
  /** Where its neighbours allow, it is taken into another kernel or removed. */
  readonly fused: boolean;
}

/** Patterns of the rule files make these out of other operators; no model has them. */
const madeByRules = new Set(["FusedAttention", "SqueezeExcite", "ReorderInput", "ReorderOutput"]);

/** What is known of each operator on an engine, for the documentation. */
export function operatorCoverage({ file }: FusionRules): OperatorCoverage[] {
  const fused = new Set<string>();
  const free = new Set(file.freeViews);
  const visit = (pattern: Pattern) => {
    if (typeof pattern !== "object") return;
    for (const operator of pattern[0].split("|")) fused.add(operator);
    for (const child of pattern.slice(1)) visit(child as Pattern);
  };
  for (const pass of file.stages.flatMap((stage) => stage.passes)) {
    if (pass.pass === "match") for (const { match } of pass.patterns) visit(match);
    else if (pass.pass === "eliminate") for (const operator of Object.keys(pass.operators)) fused.add(operator);
    else if (pass.pass === "fuse-activation" || pass.pass === "add-into-conv")
      for (const operator of pass.activations) fused.add(operator);
    else if (pass.pass === "fold-into-weights") for (const operator of pass.operators) fused.add(operator);
  }
  const all = new Set([...describedOperators, ...fused, ...free]);
  return [...all]
    .filter((operator) => !madeByRules.has(operator))
    .sort()
    .map((operator) => ({
      operator,
      kernel: describedOperators.includes(operator),
      free: free.has(operator),
      fused: fused.has(operator),
    }));
}
