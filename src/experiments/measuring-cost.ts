/** What measuring cost, in seconds of the machine, from the times at which results were stored. Pure. */
import { getOrCreate, median } from "../base/index.js";
import type { Measurement } from "../measurements/index.js";

/**
 * Seconds that the measurements took together: of each session from its first result to its last, and one interval more, since a
 * result is stored when it is done. Sessions of a single moment take what others take for as many, or nothing where there are none.
 */
export function measuringSeconds(rows: readonly Measurement[]): number {
  const sessions = new Map<string, number[]>();
  for (const { session, at } of rows) getOrCreate(sessions, session, () => [] as number[]).push(Date.parse(at));
  const [long, short] = [[] as { seconds: number; count: number }[], [] as number[]];
  for (const times of sessions.values()) {
    // Results of one window are stored within the same moment.
    const moments = new Set(times.map((time) => Math.round(time / 500))).size;
    const span = (Math.max(...times) - Math.min(...times)) / 1000;
    if (moments > 1) long.push({ seconds: (span * moments) / (moments - 1), count: times.length });
    else short.push(times.length);
  }
  const each = long.length === 0 ? 0 : median(long.map(({ seconds, count }) => seconds / count));
  return long.reduce((sum, { seconds }) => sum + seconds, 0) + short.reduce((sum, count) => sum + count * each, 0);
}

/** Of one kernel alone or one whole architecture; NaN where none was measured. */
export function secondsOfOne(rows: readonly Measurement[], kind: "kernel" | "model"): number {
  const own = rows.filter(({ subject, purpose }) => subject.kind === kind && purpose !== "in-model");
  return own.length === 0 ? Number.NaN : measuringSeconds(own) / own.length;
}

/** A kernel alone, or a network under the profiler for the sake of its kernels. */
export const isOfKernels = ({ subject, purpose }: Measurement): boolean =>
  subject.kind === "kernel" || purpose === "in-model";
