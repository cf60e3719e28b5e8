/**
 * From times to a verdict. Two accounts of what a follower costs behind its producer are weighed: "fused" expects a
 * share of what it costs alone, "not fused" expects all of it; each allows for the noise of the measurement and for what
 * caches and layouts change. The evidence of all sizes is put together; what is not clear stays unknown.
 */
import { median } from "../base/index.js";

export type FusionVerdict = "fused" | "not fused" | "unknown";

/** Milliseconds per block, with standard errors. */
export interface CostPair {
  /** Added cost behind the producer: T(AB) − T(A). */
  readonly behindMs: number;
  readonly behindErrorMs: number;
  /** What an engine without fusion would add: T(XB) − T(X), times the operators of a composition. */
  readonly aloneMs: number;
  readonly aloneErrorMs: number;
}

export interface Expectation {
  /** Share of `aloneMs` that remains when fused: 0 for a follower, 1/n for n operators run as one. */
  readonly share: number;
  /** Fusing saves little here although it happens: the share may be anything below 0.9. */
  readonly open: boolean;
}

/** How far either account may be off for reasons other than noise, as a share of the cost alone. Choice. */
const tolerance = { fused: 0.2, apart: 0.25, open: 0.3 } as const;
/** Most that one size may say, as log odds: a size can mislead (another algorithm, another layout). Choice: 98 : 2. */
const mostLogOdds = 4;
/** A follower is seen where its cost alone is this many standard errors above nothing. */
const seenErrors = 3;
/** Confidence below which the verdict is unknown. */
export const leastConfidence = 0.95;

export const isSeen = ({ aloneMs, aloneErrorMs }: CostPair): boolean => aloneMs > seenErrors * aloneErrorMs;

/** Log odds of "fused" against "not fused" from one size; 0 where the follower is too light to be seen. */
export function logOdds(cost: CostPair, { share, open }: Expectation): number {
  if (!isSeen(cost)) return 0;
  const { behindMs, behindErrorMs, aloneMs, aloneErrorMs } = cost;
  const centre = open ? 0.45 : share;
  const fusedSpread = Math.hypot(
    (open ? tolerance.open : tolerance.fused) * aloneMs,
    behindErrorMs,
    centre * aloneErrorMs,
  );
  const apartSpread = Math.hypot(tolerance.apart * aloneMs, behindErrorMs, aloneErrorMs);
  // Costing less than expected speaks for fused as much as meeting the expectation, costing more for not fused.
  const fusedOff = Math.max(0, behindMs - centre * aloneMs) / fusedSpread;
  const apartOff = Math.max(0, aloneMs - behindMs) / apartSpread;
  const odds = (apartOff ** 2 - fusedOff ** 2) / 2 + Math.log(apartSpread / fusedSpread);
  return Math.max(-mostLogOdds, Math.min(mostLogOdds, odds));
}

export interface Decision {
  readonly verdict: FusionVerdict;
  /** Probability of the verdict, or of the likelier one where it is unknown; 0.5 without evidence. */
  readonly confidence: number;
}

export function decide(evidence: readonly { readonly cost: CostPair; readonly expectation: Expectation }[]): Decision {
  const total = evidence.reduce((sum, { cost, expectation }) => sum + logOdds(cost, expectation), 0);
  const fused = 1 / (1 + Math.exp(-total));
  const confidence = Math.max(fused, 1 - fused);
  if (confidence < leastConfidence) return { verdict: "unknown", confidence };
  return { verdict: fused > 0.5 ? "fused" : "not fused", confidence };
}

/** Median and its standard error from rounds, robust against a few rounds that were disturbed. */
export function medianWithError(values: readonly number[]): { readonly value: number; readonly error: number } {
  const value = median(values);
  const deviation = 1.4826 * median(values.map((v) => Math.abs(v - value)));
  // 1.2533: the median's standard error against the mean's, for normal noise.
  return { value, error: (1.2533 * deviation) / Math.sqrt(values.length) };
}

/** Verdict from operators counted in the engine's own graph, per block. */
export function decideByCount(
  behind: number,
  alone: number,
  question: "into" | "one",
  operators: number,
): FusionVerdict {
  if (question === "one") {
    if (behind < 1.34) return "fused";
    return behind > operators - 0.34 ? "not fused" : "unknown";
  }
  if (alone < 0.34) return "unknown";
  if (behind < 0.34 * alone) return "fused";
  return behind > 0.66 * alone ? "not fused" : "unknown";
}
