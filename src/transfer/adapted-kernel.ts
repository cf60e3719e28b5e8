/** What the caller gets of one kernel type: who it came from, how well it is doing, and whether to trust it. */
import { mean, shareWithin } from "../base/index.js";
import type { KernelRecord } from "./choosing/record.js";
import type { AdaptedKernel } from "./types.js";

/** Share of failures, and of held-out errors beyond 10 %, above which a kernel type is weak. Choice. */
const manyFailures = 0.25;
const manyMisses = 0.5;
const fewest = 5;

export function describeKernel(
  record: KernelRecord,
  heldOutErrors: ArrayLike<number>,
): Pick<AdaptedKernel, "measured" | "failed" | "estimate" | "weak"> {
  const measured = record.measured.length;
  const failed = record.failed.length;
  const errors = Array.from(heldOutErrors);
  const estimate =
    errors.length >= fewest
      ? { mape: mean(errors), within5: shareWithin(errors, 0.05), within10: shareWithin(errors, 0.1) }
      : undefined;
  const weak = weakness(measured, failed, estimate?.within10, record.failed[0]?.reason);
  return { measured, failed, ...(estimate && { estimate }), ...(weak && { weak }) };
}

function weakness(measured: number, failed: number, within10?: number, reason?: string): string | undefined {
  if (measured === 0 && failed > 0) return `all ${failed} configs failed: ${reason}`;
  if (measured === 0) return "nothing was measured";
  if (failed > manyFailures * (measured + failed))
    return `${failed} of ${measured + failed} configs failed, the first: ${reason}`;
  if (measured < fewest) return `only ${measured} measured`;
  if (within10 !== undefined && within10 < manyMisses)
    return `only ${Math.round(within10 * 100)} % of held-out measurements within ±10 %`;
  return undefined;
}

/** Whether it can predict: a kernel type that nothing could be measured of and that no source has is left to others. */
export const isPredictable = ({ measured, donors }: AdaptedKernel): boolean => measured > 0 || donors.length > 0;
