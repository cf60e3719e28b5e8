/**
 * How alike a source and the target are for one kernel type: the KL divergence of the measured latency profile from the
 * predicted one, both over the same representative configs and normalised to sum 1, as published (LitePred, §4.2; its code:
 * `scipy.stats.entropy(predicted, measured)`). Low is alike. Only the shape counts: a source that is k times slower diverges by 0.
 * Differs: the lowest divergence comes first; the public code sorts the other way and takes the least similar.
 */

import { klDivergence } from "../base/index.js";

export { klDivergence };

export interface RankedSource {
  readonly platform: string;
  /** Nats; NaN where it says nothing: fewer than 3 configs. */
  readonly divergence: number;
}

/** Two points always look like a line: fewer profiles than this cannot rank. */
const fewestConfigs = 3;

/**
 * Sources by divergence, lowest first. Ties, and everything when fewer than 3 configs were measured, go by platform id, so
 * that the order never depends on the order of the pool. Sources whose predictions are not finite and positive come last.
 */
export function rankSources(
  measuredMs: ArrayLike<number>,
  predictions: readonly { readonly platform: string; readonly latenciesMs: ArrayLike<number> }[],
): RankedSource[] {
  const usable = (values: ArrayLike<number>) => Array.from(values).every((v) => Number.isFinite(v) && v > 0);
  return predictions
    .map(({ platform, latenciesMs }) => ({
      platform,
      divergence:
        measuredMs.length < fewestConfigs
          ? Number.NaN
          : usable(latenciesMs)
            ? klDivergence(latenciesMs, measuredMs)
            : Number.POSITIVE_INFINITY,
    }))
    .sort(
      (a, b) => compare(a.divergence, b.divergence) || (a.platform < b.platform ? -1 : a.platform > b.platform ? 1 : 0),
    );
}

function compare(a: number, b: number): number {
  return a === b || (Number.isNaN(a) && Number.isNaN(b)) ? 0 : a < b ? -1 : 1;
}
