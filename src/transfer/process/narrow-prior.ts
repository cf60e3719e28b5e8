/** Expectations of a process's hyper-parameters that were learned elsewhere, put in place of broad ones. */
import type { ProcessPrior } from "./process-likelihood.js";

/** Normal priors on logarithms. */
export interface SourcePrior {
  /** Lengths of the config's smooth columns and of the level. */
  readonly lengths: ProcessPrior;
  /** Amplitude, noise, one slope deviation per group. */
  readonly rest: ProcessPrior;
}

/** Lengths of source differences and of tiles, which stand between the two, stay as they are in `broad`. */
export function narrowPrior(broad: ProcessPrior, learned: SourcePrior): ProcessPrior {
  const narrow = (of: "centre" | "width") => {
    const out = Float64Array.from(broad[of]);
    out.set(learned.lengths[of], 0);
    out.set(learned.rest[of], out.length - learned.rest[of].length);
    return out;
  };
  return { centre: narrow("centre"), width: narrow("width") };
}
