/** Findings as evidence to keep: one line a pair. */
import { LitepredError } from "../base/index.js";
import { detectKernels, type FusionRules } from "../kernels/index.js";
import type { FusionVerdict } from "./decide.js";
import type { PairEvidence } from "./evidence.js";
import { type FusionExperiment, fusionExperiments } from "./experiments.js";
import { type CountEvidence, countVerdict, expectedCounts, type FusionFinding } from "./find.js";

/** Those with one of the names as a part of theirs; all for none. @throws LitepredError `unknown-name` */
export function experimentsNamed(names: readonly string[] | undefined): readonly FusionExperiment[] {
  if (names === undefined || names.length === 0) return fusionExperiments;
  const known = fusionExperiments.map(({ name }) => name);
  const unknown = names.find((part) => !known.some((name) => name.includes(part)));
  if (unknown !== undefined)
    throw new LitepredError("unknown-name", `there is no pair "${unknown}"`, `pairs: ${known.join(", ")}`);
  return fusionExperiments.filter(({ name }) => names.some((part) => name.includes(part)));
}

/** What was found for one pair, beside what the rules kept for the engine say of the same chains. */
export function pairEvidence({ experiment, byTime, byCount, reason }: FusionFinding, rules: FusionRules): PairEvidence {
  const expected = expectedCounts(
    experiment,
    (graph) => detectKernels(graph, rules).kernels.filter(({ type }) => type !== "reorder").length,
  );
  const us = (ms: number) => Number((ms * 1000).toPrecision(3));
  return {
    name: experiment.name,
    question: experiment.question,
    byTime: {
      verdict: byTime.verdict,
      confidence: toThousandths(byTime.confidence),
      sizes: byTime.sizes.map((cost) => ({
        size: cost.size,
        behindUs: us(cost.behindMs),
        behindError: us(cost.behindErrorMs),
        aloneUs: us(cost.aloneMs),
        aloneError: us(cost.aloneErrorMs),
      })),
    },
    byCount: byCount && rounded(byCount.verdict, byCount),
    rules: rounded(countVerdict(experiment, expected), expected),
    reason: reason?.slice(0, 160),
  };
}

const rounded = (verdict: FusionVerdict, { behind, alone }: CountEvidence) => ({
  verdict,
  behind: toThousandths(behind),
  alone: toThousandths(alone),
});

export const toThousandths = (value: number) => Math.round(value * 1000) / 1000;
