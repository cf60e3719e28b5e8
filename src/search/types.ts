/**
 * What a search knows: a space, what an architecture costs on each platform, and how accurate it is. Predictors answer in the order
 * of the architectures, many at a time; they may be computed here, read from a table, or asked elsewhere.
 */
import type { AccuracyPredictor } from "../accuracy/index.js";
import type { Architecture, Space } from "../spaces/index.js";

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

/** What an architecture is judged by. `latency` is one objective for each platform. */
export const objectiveNames = ["accuracy", "latency", "macs", "params"] as const;
export type ObjectiveName = (typeof objectiveNames)[number];

export interface SearchPlatform<A = Architecture> {
  readonly predictor: LatencyPredictor<A>;
  /** Architectures above it are not feasible; undefined: no budget. */
  readonly maxMs?: number | undefined;
}

export interface SearchProblem<A = Architecture> {
  readonly space: Space<A>;
  readonly accuracy: AccuracyPredictor<A>;
  readonly platforms: readonly SearchPlatform<A>[];
  /** The first is the one that "best" refers to. */
  readonly objectives: readonly ObjectiveName[];
  /** Budgets hold for the upper end of the interval: the winner of a noisy predictor is a lucky one. */
  readonly sure: boolean;
  /** Of intervals, 0–1. */
  readonly level: number;
}

/** An architecture as the search sees it; plain JSON. */
export interface Individual {
  /** As the space encodes it. */
  readonly vector: readonly number[];
  /** Objectives, each to be made small: accuracy is negative. */
  readonly values: readonly number[];
  /** What is held against each platform's budget, milliseconds. */
  readonly limitedMs: readonly number[];
  /** Σ of latency ÷ budget − 1 over the platforms whose budget is missed; 0: feasible. */
  readonly violation: number;
}
