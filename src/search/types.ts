/**
 * What a search knows: a space, what an architecture costs on each platform, and how accurate it is. Predictors answer in the order
 * of the architectures, many at a time; they may be computed here, read from a table, or asked elsewhere.
 */
import type { Architecture } from "../spaces/index.js";

export type { AccuracyPrediction, AccuracyPredictor } from "../accuracy/index.js";

export interface Cost {
  /** > 0. */
  readonly latencyMs: number;
  readonly lowMs: number;
  readonly highMs: number;
  readonly macs: number;
  readonly params: number;
}

export interface LatencyPredictor<A = Architecture> {
  /** Full id of the platform. */
  readonly platform: string;
  /** @param level of the interval, 0–1; undefined: no interval is wanted, `lowMs` and `highMs` are NaN, and it is faster */
  predictAll(architectures: readonly A[], level?: number): Promise<readonly Cost[]>;
}
