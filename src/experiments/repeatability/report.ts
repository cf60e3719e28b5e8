/** How well two looks agree. Pure. */
import { median, quantile, relativeError, shareWithin } from "../../base/index.js";

export interface RepeatabilityRow {
  readonly platform: string;
  readonly kind: "model" | "kernel";
  /** Compared: measured well in both looks; kernels from `leastKernelMs` on. */
  readonly n: number;
  readonly medianDifference: number;
  readonly p90Difference: number;
  /** Shares of differences of at most 5 and 10 %. */
  readonly within5: number;
  readonly within10: number;
  /** Of measuring, per model or kernel and look; absent where the records do not tell. */
  readonly secondsEach?: number | undefined;
  /** Beside a program that loads memory and the other core in bursts. */
  readonly disturbed: boolean;
  /** How much slower than at the reference state it just ran, median over both looks. */
  readonly slowdown: number;
}

/** Profilers show whole microseconds: shorter kernels cannot repeat better than that. */
export const leastKernelMs = 0.03;

/** One look: latencies by what was measured, milliseconds. */
export interface Look {
  readonly latencies: ReadonlyMap<string, number>;
  readonly slowdowns: readonly number[];
  readonly secondsEach?: number | undefined;
}

/** Undefined where nothing was measured in both. */
export function compareLooks(
  what: Pick<RepeatabilityRow, "platform" | "kind" | "disturbed">,
  first: Look,
  second: Look,
): RepeatabilityRow | undefined {
  const least = what.kind === "kernel" ? leastKernelMs : 0;
  const differences = [...first.latencies].flatMap(([name, ms]) => {
    const again = second.latencies.get(name);
    return again === undefined || ms < least ? [] : [relativeError(again, ms)];
  });
  if (differences.length === 0) return undefined;
  return {
    ...what,
    n: differences.length,
    medianDifference: median(differences),
    p90Difference: quantile(differences, 0.9),
    within5: shareWithin(differences, 0.05),
    within10: shareWithin(differences, 0.1),
    secondsEach: leastOf([first.secondsEach, second.secondsEach].filter((seconds) => seconds !== undefined)),
    slowdown: median([...first.slowdowns, ...second.slowdowns]),
  };
}

/**
 * Seconds of measuring for each record. Records come when their window or batch ends: what was recorded last before the first of them
 * (in a look that is the cost of a call, or the last model) tells when that began; where nothing was, the first window is missing.
 * Undefined where that leaves nothing.
 * @param times of the records, in ms @param before of all other records
 */
export function secondsEach(times: readonly number[], before: readonly number[]): number | undefined {
  const first = Math.min(...times);
  const began = Math.max(...before.filter((at) => at <= first));
  const seconds = (Math.max(...times) - (Number.isFinite(began) ? began : first)) / 1000;
  return seconds > 0 ? seconds / times.length : undefined;
}

/** A look that was stopped and gone on with counts the pause too: the other one does not. */
const leastOf = (values: readonly number[]) => (values.length === 0 ? undefined : Math.min(...values));
