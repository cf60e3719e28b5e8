/**
 * Which sampler's kernels make the better predictor, at the same number of measurements: scores on kernels of real networks,
 * each kernel once, and weighted by the share of the networks' time that it takes. In: latencies. Out: plain objects.
 */
import { mean, relativeError, standardDeviation, sum } from "../../base/index.js";
import { latencyMetrics } from "../../evaluation/index.js";

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
  const { n, within5, within10, mape, rmseMs } = latencyMetrics(predictedMs, measuredMs);
  const weights = Array.from(measuredMs, (ms, i) => ms * occurrences[i]!);
  const total = sum(weights);
  const errors = Array.from(measuredMs, (ms, i) => relativeError(predictedMs[i]!, ms));
  const weighted = (of: (error: number) => number) => sum(errors.map((error, i) => of(error) * weights[i]!)) / total;
  return {
    n,
    within5,
    within10,
    mape,
    rmseMs,
    weightedWithin5: weighted((error) => (error <= 0.05 ? 1 : 0)),
    weightedWithin10: weighted((error) => (error <= 0.1 ? 1 : 0)),
    weightedMape: weighted((error) => error),
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
  const groups = new Map<string, SamplerRun[]>();
  for (const run of runs) {
    const key = [run.platform, run.type, run.recipe, run.sampler].join("|");
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()].map((group) => {
    const { seed: _, ...first } = group[0]!;
    const average = (metric: keyof SamplerScore) => mean(group.map(({ score }) => score[metric]));
    const spread = (metric: keyof SamplerScore) =>
      group.length < 2 ? 0 : standardDeviation(group.map(({ score }) => score[metric]));
    const metrics = Object.keys(first.score) as (keyof SamplerScore)[];
    return {
      ...first,
      trainedOn: Math.round(mean(group.map((run) => run.trainedOn))),
      meanMs: mean(group.map((run) => run.meanMs)),
      score: Object.fromEntries(metrics.map((name) => [name, average(name)])) as unknown as SamplerScore,
      seeds: group.length,
      within10Spread: spread("within10"),
      weightedWithin10Spread: spread("weightedWithin10"),
    };
  });
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
  const groups = new Map<string, SamplerCell[]>();
  for (const cell of cells) {
    const key = [cell.platform, cell.type, cell.recipe].join("|");
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  return [...groups.values()].map((group) => {
    const ranked = [...group].sort((a, b) => b.score.within10 - a.score.within10);
    const byTime = [...group].sort((a, b) => b.score.weightedWithin10 - a.score.weightedWithin10);
    const [best, own] = [ranked[0]!, group.find(({ sampler }) => sampler === champion)];
    const spread = Math.max(best.within10Spread, own?.within10Spread ?? 0);
    const gap = best.score.within10 - (own?.score.within10 ?? 0);
    return {
      platform: best.platform,
      type: best.type,
      recipe: best.recipe,
      best: best.sampler,
      bestWeighted: byTime[0]!.sampler,
      champion: gap <= 0 ? "wins" : gap <= spread ? "ties" : "loses",
    };
  });
}
