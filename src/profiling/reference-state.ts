/**
 * From turns to a latency at the reference state: what the subject takes when the references take their nominal times, the core to
 * itself. And from sessions to an outcome.
 */
import { mean, median, quantile } from "../base/index.js";
import type { Outcome } from "../measurements/index.js";
import { ratioOf, type Turn } from "./interleave.js";
import { type ReferenceTimes, referenceNames } from "./references.js";
import { robustCentre } from "./robust.js";

/** One session of a subject. Milliseconds. */
export interface SessionEstimate {
  /** At the reference state. */
  readonly latencyMs: number;
  /** As it just ran. */
  readonly observedMs: number;
  /** Standard error of `latencyMs`, relative. */
  readonly relativeError: number;
  readonly runs: number;
  /** Of each reference, around its turns. */
  readonly referencesMs: readonly number[];
}

export function estimateOf(turns: readonly Turn[], nominal: ReferenceTimes): SessionEstimate {
  const ratio = ratioOf(turns);
  const observed = (times: readonly number[]) => Math.exp(robustCentre(times.map(Math.log)).value);
  return {
    latencyMs: Math.exp(ratio.value + mean(referenceNames.map((name) => Math.log(nominal[name])))),
    observedMs: observed(turns.map(({ runsMs }) => mean(runsMs))),
    relativeError: ratio.error,
    runs: turns.reduce((total, { runsMs }) => total + runsMs.length, 0),
    referencesMs: referenceNames.map((_, i) => observed(turns.map(({ referencesMs }) => referencesMs[i]!))),
  };
}

/** The estimate without `overheadMs` (at the reference state) of it, and never below `leastMs`. */
export function withoutOverhead(estimate: SessionEstimate, overheadMs: number, leastMs: number): SessionEstimate {
  const latencyMs = Math.max(leastMs, estimate.latencyMs - overheadMs);
  const share = latencyMs / estimate.latencyMs;
  return {
    ...estimate,
    latencyMs,
    observedMs: estimate.observedMs * share,
    relativeError: estimate.relativeError / share,
  };
}

/** Of at least one session. Two or more are trusted by how well they agree: a model that is loaded anew lies elsewhere in memory. */
export function outcomeOf(sessions: readonly SessionEstimate[], nominal: ReferenceTimes): Outcome {
  const logs = sessions.map(({ latencyMs }) => Math.log(latencyMs));
  const latencyMs = Math.exp(sessions.length < 4 ? mean(logs) : robustCentre(logs).value);
  const inside = Math.sqrt(mean(sessions.map(({ relativeError }) => finite(relativeError) ** 2)) / sessions.length);
  const spread = Math.exp(quantile(logs, 1) - quantile(logs, 0)) - 1;
  return {
    status: "ok",
    latencyMs,
    observedMs: median(sessions.map(({ observedMs }) => observedMs)),
    references: { nominalMs: { ...nominal }, observedMs: observedReferences(sessions) },
    // Of two to five values the range is 1.7 to 2.3 deviations.
    relativeError: Math.max(inside, sessions.length < 2 ? 0 : spread / 2 / Math.sqrt(sessions.length)),
    spread,
    runs: sessions.reduce((total, { runs }) => total + runs, 0),
    sessions: sessions.length,
  };
}

/** The error of fewer than three turns is not known: taken to be 10 %. Choice. */
const finite = (error: number) => (Number.isFinite(error) ? error : 0.1);

const observedReferences = (sessions: readonly SessionEstimate[]) =>
  Object.fromEntries(
    referenceNames.map((name, i) => [name, median(sessions.map(({ referencesMs }) => referencesMs[i]!))]),
  );
