/** The table of networks found beside those that they have to beat. Pure. */
import type { Architecture } from "../../spaces/index.js";

/** What was found for one rival on one platform. */
export interface NasRow {
  readonly platform: string;
  readonly rival: string;
  readonly published: number;
  readonly aim: number;
  /** Of the last look, in which the rival and what was chosen took turns. */
  readonly rivalMs: number;
  /** Absent where nothing that was found keeps the rival's latency. */
  readonly ours?: NasFound;
}

export interface NasFound {
  readonly architecture: Architecture;
  readonly accuracy: number;
  readonly lowAccuracy: number;
  readonly highAccuracy: number;
  readonly predictedMs: number;
  readonly measuredMs: number;
  readonly macs: number;
  readonly params: number;
}

export interface NasReport {
  readonly date: string;
  readonly evaluations: number;
  readonly protocol: string;
  readonly rows: readonly NasRow[];
  readonly problems: readonly { readonly platform: string; readonly problem: string }[];
}

/** Points of top-1 above the rival, predicted; undefined where nothing was found. */
export const gainOf = ({ ours, published }: NasRow): number | undefined => ours && ours.accuracy - published;

/** In the last look it is no slower. */
export const keepsLatency = ({ ours, rivalMs }: NasRow): boolean => ours !== undefined && ours.measuredMs <= rivalMs;

/** A candidate in a look, with what its rival took in the same. */
export interface Tried<T> {
  readonly candidate: T;
  readonly measuredMs: number | undefined;
}

/** Of the rival's latency. Choice: two looks differ by some hundredths. */
const finalistShares = [1, 0.97, 0.94];

/** The most accurate that took at most each share of the rival's latency, the most accurate first. */
export function finalistsOf<T extends { readonly accuracy: number }>(tried: readonly Tried<T>[], rivalMs: number): T[] {
  const finalists = finalistShares.map((share) => mostAccurateWithin(tried, share * rivalMs));
  return [...new Set(finalists.filter((one) => one !== undefined))];
}

export function mostAccurateWithin<T extends { readonly accuracy: number }>(
  tried: readonly Tried<T>[],
  limitMs: number,
): T | undefined {
  const kept = tried.filter(({ measuredMs }) => measuredMs !== undefined && measuredMs <= limitMs);
  return kept.map(({ candidate }) => candidate).sort((a, b) => b.accuracy - a.accuracy)[0];
}
