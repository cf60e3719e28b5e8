/**
 * The rules of shape inference, one table for each domain of operators, merged from files by operator family.
 * In: an operator's name and domain. Out: its rule. Internal to graph; imports base.
 */
import { attentionRules } from "./attention.js";
import { contribRules } from "./contrib.js";
import { convolutionRules } from "./convolution.js";
import { elementwiseRules } from "./elementwise.js";
import { generatorRules } from "./generators.js";
import { layoutRules } from "./layout.js";
import { matrixRules } from "./matrix.js";
import { normalizationRules } from "./normalization.js";
import { poolingRules } from "./pooling.js";
import { quantizationRules } from "./quantization.js";
import { reductionRules } from "./reduction.js";
import { resizingRules } from "./resizing.js";
import type { Rule, RuleTable } from "./rule.js";
import { selectionRules } from "./selection.js";
import { signalRules } from "./signal.js";

const tables: readonly RuleTable[] = [
  attentionRules,
  convolutionRules,
  elementwiseRules,
  generatorRules,
  layoutRules,
  matrixRules,
  normalizationRules,
  poolingRules,
  quantizationRules,
  reductionRules,
  resizingRules,
  selectionRules,
  signalRules,
];

const standard = new Map<string, Rule>(tables.flatMap((table) => Object.entries(table)));
const contrib = new Map<string, Rule>(Object.entries(contribRules));

export function ruleFor(operator: string, domain: string): Rule | undefined {
  return domain === "" ? standard.get(operator) : domain === "com.microsoft" ? contrib.get(operator) : undefined;
}

/** Operators that shape inference knows, by domain ("" is ONNX's own), in alphabetical order. */
export const inferredOperators: Readonly<Record<"" | "com.microsoft", readonly string[]>> = {
  "": [...standard.keys()].sort(),
  "com.microsoft": [...contrib.keys()].sort(),
};
