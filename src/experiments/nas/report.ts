/** Networks found under the latency of a baseline, beside it. Pure. */
import { median } from "../../base/index.js";
import type { FoundArchitecture } from "../../jobs/search.js";

export interface NasRow {
  readonly platform: string;
  readonly baseline: string;
  /** ImageNet top-1 as its authors publish it, percent. */
  readonly publishedTop1: number;
  /** Median over the looks after the search; baseline and ours took turns. */
  readonly baselineMs: number;
  /** Absent where nothing was found that is as fast as the baseline when measured again. */
  readonly ours?: {
    readonly architecture: FoundArchitecture["architecture"];
    readonly top1: number;
    readonly low: number;
    readonly high: number;
    readonly predictedMs: number;
    readonly measuredMs: number;
    /** Points of top-1 over the baseline: predicted over published. */
    readonly gain: number;
  };
  /** Networks measured on the way. */
  readonly verified: number;
}

export interface NasReport {
  readonly date: string;
  readonly level: number;
  readonly rows: readonly NasRow[];
  readonly problems: readonly { readonly platform: string; readonly problem: string }[];
}

export interface Candidate {
  readonly found: FoundArchitecture;
  /** After the search, look by look. */
  readonly looksMs: readonly number[];
}

/** Of the candidates that are as fast as the baseline, the most accurate. */
export function nasRow(
  what: Pick<NasRow, "platform" | "baseline" | "publishedTop1">,
  baselineLooksMs: readonly number[],
  candidates: readonly Candidate[],
): NasRow {
  const baselineMs = median(baselineLooksMs);
  const best = candidates
    .filter(({ looksMs }) => looksMs.length > 0 && median(looksMs) <= baselineMs)
    .reduce<Candidate | undefined>(
      (most, other) => (most === undefined || other.found.accuracy > most.found.accuracy ? other : most),
      undefined,
    );
  return {
    ...what,
    baselineMs,
    verified: candidates.length,
    ...(best !== undefined && {
      ours: {
        architecture: best.found.architecture,
        top1: best.found.accuracy,
        low: best.found.accuracyInterval.low,
        high: best.found.accuracyInterval.high,
        predictedMs: best.found.platforms[0]!.latencyMs,
        measuredMs: median(best.looksMs),
        gain: best.found.accuracy - what.publishedTop1,
      },
    }),
  };
}
