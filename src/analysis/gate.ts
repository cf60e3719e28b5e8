/**
 * A gate's verdicts. A check passes when it is at least as likely to hold as the asked confidence: latency below a limit; a model not
 * slower than it was by more than so much. Latencies are known with their intervals, so a verdict is a probability, not a comparison.
 */
import { mean, standardDeviation } from "../base/index.js";
import type { Interval } from "../predictors/index.js";
import { normalScore, upperTail } from "./exceedance.js";
import type { KernelChange } from "./kernel-changes.js";

export interface CheckRow {
  readonly model: string;
  readonly platform: string;
  readonly latencyMs: number;
  /** At the level of the confidence. */
  readonly interval: Interval;
  readonly measured: boolean;
  readonly limitMs?: number | undefined;
  /** P(latency > limit); absent without a limit. */
  readonly probability?: number | undefined;
  readonly regression?: Regression | undefined;
  readonly passed: boolean;
  /** Why it was missed. */
  readonly reason?: string | undefined;
  /** What was not checked, and why. */
  readonly note?: string | undefined;
}

export interface Regression {
  readonly baselineMs: number;
  /** Relative, signed: 0.1 is a tenth slower. */
  readonly change: number;
  /** Most that is allowed. */
  readonly limit: number;
  /** P(change > limit). */
  readonly probability: number;
  /** Pairs of turns side by side, where measured so. */
  readonly rounds?: number | undefined;
  /** What differs, the largest first; of predictions only. */
  readonly kernels?: readonly KernelChange[] | undefined;
}

/** A check holds with the confidence. The last term is for 1 − 0.9 in floating point. */
export const holds = (probability: number, confidence: number): boolean => probability <= 1 - confidence + 1e-9;

/**
 * P(ratio − 1 > limit) for predictions of both: kernels that both versions have err alike and cancel, so only those that differ are
 * in doubt, as much as the interval of the whole says.
 */
export function probabilitySlower(
  ratio: number,
  limit: number,
  interval: Interval,
  { changedShare }: { readonly changedShare: number },
): number {
  const halfWidth = Math.log(interval.highMs / interval.lowMs) / 2;
  const deviation = (halfWidth / normalScore((1 + interval.level) / 2)) * changedShare;
  return tail(Math.log((1 + limit) / ratio), deviation);
}

/** Root of the squares of what was gained and lost, as a share of the whole: their errors are taken to be independent. */
export function changedShareOf(changes: readonly KernelChange[], totalMs: number): number {
  const part = (sign: 1 | -1) => changes.reduce((total, { ms }) => total + Math.max(0, sign * ms), 0);
  return Math.min(Math.SQRT2, Math.hypot(part(1), part(-1)) / totalMs);
}

/** The same for two measurements with their standard errors. */
export function probabilitySlowerMeasured(ratio: number, limit: number, errors: readonly number[]): number {
  return tail(Math.log((1 + limit) / ratio), Math.hypot(...errors));
}

function tail(distance: number, deviation: number): number {
  if (deviation > 0) return upperTail(distance / deviation);
  return distance < 0 ? 1 : 0;
}

/** Rounds whose ratios agree better than this are taken to agree this well: clocks, and where a model lies in memory. Choice. */
const leastDeviation = 0.005;

/** The paired test: ln ratios of rounds in which both took turns side by side, Student-t. */
export function pairedTest(ratios: readonly number[], limit: number): { ratio: number; probability: number } {
  const logs = ratios.map(Math.log);
  const centre = mean(logs);
  const error = Math.max(leastDeviation, standardDeviation(logs)) / Math.sqrt(logs.length);
  const t = (Math.log(1 + limit) - centre) / error;
  return { ratio: Math.exp(centre), probability: upperTail(normalOfStudent(t, logs.length - 1)) };
}

/** The normal score with the same tail as t; error below 0.02 from 3 degrees of freedom on. Source: Wallace, 1959. */
function normalOfStudent(t: number, freedom: number): number {
  const size = ((8 * freedom + 1) / (8 * freedom + 3)) * Math.sqrt(freedom * Math.log1p((t * t) / freedom));
  return Math.sign(t) * size;
}
