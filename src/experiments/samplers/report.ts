/**
 * Which sampler's kernels make the better predictor, at the same number of measurements: scores on kernels of real networks,
 * each kernel once, and weighted by the share of the networks' time that it takes. In: latencies. Out: plain objects.
 */
import { accuracyOf, groupBy, mean, relativeError, shareWithin, standardDeviation, sum } from "../../base/index.js";
import type { KernelConfig } from "../../kernels/index.js";

/** Index-aligned predictions and measurements, ms, with the number of times each kernel runs in the test networks. */
export interface TestPredictions {
  readonly predictedMs: ArrayLike<number>;
  readonly measuredMs: ArrayLike<number>;
  readonly occurrences: ArrayLike<number>;
}

/** Ratios 0–1; the weighted ones count a kernel by occurrences × measured latency. */
export interface SamplerScore {
  readonly n: number;
  readonly within5: number;
  readonly within10: number;
  readonly mape: number;
  readonly rmseMs: number;
  readonly weightedWithin5: number;
  readonly weightedWithin10: number;
  readonly weightedMape: number;
}

export function scoreSampler({ predictedMs, measuredMs, occurrences }: TestPredictions): SamplerScore {
  const { n, within5, within10, mape, rmseMs } = accuracyOf(predictedMs, measuredMs);
  const weights = Array.from(measuredMs, (ms, i) => ms * occurrences[i]!);
  const errors = Array.from(measuredMs, (ms, i) => relativeError(predictedMs[i]!, ms));
  return {
    n,
    within5,
    within10,
    mape,
    rmseMs,
    weightedWithin5: shareWithin(errors, 0.05, weights),
    weightedWithin10: shareWithin(errors, 0.1, weights),
    weightedMape: sum(errors.map((error, i) => error * weights[i]!)) / sum(weights),
  };
}

/** One training: a sampler's kernels, a recipe, a seed. */
export interface SamplerRun {
  readonly platform: string;
  /** Kernel type. */
  readonly type: string;
  readonly sampler: string;
  readonly recipe: string;
  readonly seed: number;
  /** Measured kernels trained on. */
  readonly trainedOn: number;
  /** Mean latency of those kernels: what measuring them costs. */
  readonly meanMs: number;
  readonly score: SamplerScore;
}

/** Means over seeds, and the standard deviation of the two metrics that are compared. */
export interface SamplerCell extends Omit<SamplerRun, "seed"> {
  readonly seeds: number;
  readonly within10Spread: number;
  readonly weightedWithin10Spread: number;
}

export function summariseSamplerRuns(runs: readonly SamplerRun[]): SamplerCell[] {
  const groups = groupBy(runs, (run) => [run.platform, run.type, run.recipe, run.sampler].join("|"));
  return [...groups.values()].map((group) => {
    const { seed: _, ...first } = group[0]!;
    const spread = (metric: keyof SamplerScore) => standardDeviation(group.map(({ score }) => score[metric]));
    return {
      ...first,
      trainedOn: Math.round(mean(group.map((run) => run.trainedOn))),
      meanMs: mean(group.map((run) => run.meanMs)),
      score: meanScore(group.map(({ score }) => score)),
      seeds: group.length,
      within10Spread: spread("within10"),
      weightedWithin10Spread: spread("weightedWithin10"),
    };
  });
}

function meanScore(scores: readonly SamplerScore[]): SamplerScore {
  const metrics = Object.keys(scores[0]!) as (keyof SamplerScore)[];
  const means = metrics.map((metric) => [metric, mean(scores.map((score) => score[metric]))]);
  return Object.fromEntries(means) as SamplerScore;
}

/** What bounds every sampler on a platform: the second measurement of the test kernels as a prediction of the first. */
export interface SamplerCeiling {
  readonly platform: string;
  readonly type: string;
  readonly score: SamplerScore;
}

/** Who wins on a platform. */
export interface SamplerVerdict {
  readonly platform: string;
  readonly type: string;
  readonly recipe: string;
  /** By ±10 % of distinct kernels, by the share of time within ±10 %. */
  readonly best: string;
  readonly bestWeighted: string;
  /** Does `champion` have the highest ±10 %, or one within a standard deviation of the highest? */
  readonly champion: "wins" | "ties" | "loses";
}

/** For each platform, type and recipe: does `champion` win over the samplers that it is compared with? */
export function judgeSamplers(cells: readonly SamplerCell[], champion: string): SamplerVerdict[] {
  const groups = groupBy(cells, (cell) => [cell.platform, cell.type, cell.recipe].join("|"));
  return [...groups.values()].map((group) => {
    const best = highest(group, "within10");
    const own = group.find(({ sampler }) => sampler === champion);
    const spread = Math.max(best.within10Spread, own?.within10Spread ?? 0);
    const gap = best.score.within10 - (own?.score.within10 ?? 0);
    return {
      platform: best.platform,
      type: best.type,
      recipe: best.recipe,
      best: best.sampler,
      bestWeighted: highest(group, "weightedWithin10").sampler,
      champion: gap <= 0 ? "wins" : gap <= spread ? "ties" : "loses",
    };
  });
}

/** The first of those with the highest. */
const highest = (cells: readonly SamplerCell[], metric: keyof SamplerScore): SamplerCell =>
  [...cells].sort((a, b) => b.score[metric] - a.score[metric])[0]!;

export interface SamplersReport {
  readonly count: number;
  readonly platforms: readonly {
    readonly platform: string;
    readonly test: Readonly<Record<string, number>>;
    readonly measured: Readonly<Record<string, Readonly<Record<string, number>>>>;
    readonly failed: number;
  }[];
  readonly runs: readonly SamplerRun[];
  readonly cells: readonly SamplerCell[];
  readonly ceilings: readonly SamplerCeiling[];
}

export interface PlatformResult {
  readonly platform: string;
  readonly types: readonly {
    readonly type: string;
    readonly pools: Readonly<Record<string, readonly KernelConfig[]>>;
    readonly failed: number;
  }[];
  readonly tested: Readonly<Record<string, number>>;
  readonly runs: readonly SamplerRun[];
  readonly ceilings: readonly SamplerCeiling[];
}

export function reportOf(count: number, results: readonly PlatformResult[]): SamplersReport {
  const runs = results.flatMap((result) => result.runs);
  return {
    count,
    platforms: results.map(({ platform, types, tested }) => ({
      platform,
      test: tested,
      measured: Object.fromEntries(types.map(({ type, pools }) => [type, sizes(pools)])),
      failed: types.reduce((total, { failed }) => total + failed, 0),
    })),
    runs,
    cells: summariseSamplerRuns(runs),
    ceilings: results.flatMap((result) => result.ceilings),
  };
}

const sizes = (pools: Readonly<Record<string, readonly unknown[]>>) =>
  Object.fromEntries(Object.entries(pools).map(([sampler, configs]) => [sampler, configs.length]));
