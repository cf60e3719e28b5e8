/** From the times of single runs to one latency: estimators, when to stop, and how sessions are put together. */
import { mean, median, quantile, standardDeviation } from "../base/index.js";
import type { Outcome, Protocol } from "../measurements/index.js";
import type { TimingPlan } from "./contract.js";

/** Fewest runs before a time limit or a tight estimate may end the timing. */
const fewestRuns = 3;
/** Fewest runs before a tight estimate may. Choice: a spread of fewer says little. */
const fewestForTolerance = 10;

/** How much longer than its plan a session may wait for undisturbed runs. Choice: busy phases last up to some seconds. */
const patienceMs = 2000;

/**
 * Whether a session has timed enough runs. Undisturbed ones count; a session that sees too few of them ends all the same.
 * @param elapsedMs since the first timed run
 * @param runs disturbed ones included
 */
export function enoughRuns(
  undisturbedMs: readonly number[],
  elapsedMs: number,
  plan: TimingPlan,
  runs = undisturbedMs.length,
): boolean {
  const count = undisturbedMs.length;
  if (count >= plan.runs) return true;
  if (runs < fewestRuns) return false;
  if (elapsedMs >= plan.maxMs + patienceMs) return true;
  if (count < fewestRuns) return false;
  if (elapsedMs >= plan.maxMs) return true;
  return plan.tolerance > 0 && count >= fewestForTolerance && relativeError(undisturbedMs) < plan.tolerance;
}

/** Standard error of the middle half of the runs, relative to their mean: outliers do not keep a session going. */
function relativeError(times: readonly number[]): number {
  const middle = middleHalf(times);
  return standardDeviation(middle) / mean(middle) / Math.sqrt(middle.length);
}

/** Of up to four values, those that the median is made of. */
function middleHalf(times: readonly number[]): number[] {
  const cut = times.length < 5 ? Math.floor((times.length - 1) / 2) : Math.floor(times.length / 4);
  return [...times].sort((a, b) => a - b).slice(cut, times.length - cut);
}

/** One session's latency, in the unit of `times`. */
export function estimate(times: readonly number[], estimator: Protocol["estimator"]): number {
  switch (estimator) {
    case "p10":
      return quantile(times, 0.1);
    case "p25":
      return quantile(times, 0.25);
    case "min":
      return quantile(times, 0);
    case "median":
      return median(times);
    case "midmean":
      return mean(middleHalf(times));
    default:
      return estimator satisfies never;
  }
}

/** (max − min) ÷ median of the sessions' estimates; 0 for one. */
export function spreadOf(estimates: readonly number[]): number {
  if (estimates.length < 2) return 0;
  const centre = median(estimates);
  return centre === 0 ? 0 : (quantile(estimates, 1) - quantile(estimates, 0)) / centre;
}

/** The `count` sessions with the lowest estimates, lowest first: inside one state of the core, disturbances only ever add time. */
export function quietest<T>(sessions: readonly T[], estimateOf: (session: T) => number, count: number): T[] {
  return [...sessions].sort((a, b) => estimateOf(a) - estimateOf(b)).slice(0, count);
}

/**
 * Outcome of a subject from the runs of its sessions, milliseconds: the lower quartile of the quietest sessions' estimates.
 * A session that is far off is one that was disturbed for seconds on end, up to three times as slow.
 */
export function summarise(sessions: readonly (readonly number[])[], protocol: Protocol): Outcome {
  const kept = quietest(
    sessions,
    (runs) => estimate(runs, protocol.estimator),
    Math.min(protocol.sessions, sessions.length),
  );
  const across = (of: (runs: readonly number[]) => number) => median(kept.map(of));
  const estimates = kept.map((runs) => estimate(runs, protocol.estimator));
  const all = kept.flat();
  // Kernels cheaper than the call they are in may have a median of 0.
  const centre = median(all);
  const innerSpread = centre === 0 ? 0 : (quantile(all, 0.75) - quantile(all, 0.25)) / centre;
  return {
    status: "ok",
    latencyMs: quantile(estimates, 0.25),
    p10Ms: across((runs) => quantile(runs, 0.1)),
    medianMs: across((runs) => median(runs)),
    minMs: across((runs) => quantile(runs, 0)),
    meanMs: across((runs) => mean(runs)),
    spread: kept.length > 1 ? spreadOf(estimates) : innerSpread,
    runs: all.length,
    sessions: kept.length,
  };
}
