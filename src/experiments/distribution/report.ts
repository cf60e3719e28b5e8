/**
 * How well each sampler follows the distribution of real configs: divergences from and to a half that no sampler has seen.
 * In: configs as weighted points. Out: plain objects.
 */
import { groupBy, mean } from "../../base/index.js";
import { divergence, type WeightedPoint } from "../../sampling/index.js";

/** One sampler on one set of configs with one seed. Divergences in nats. */
export interface DistributionRun {
  /** Where the configs come from. */
  readonly source: string;
  readonly type: string;
  readonly sampler: string;
  readonly seed: number;
  /** Distinct configs of the seen and of the unseen half. */
  readonly seen: number;
  readonly unseen: number;
  /** KL(unseen ‖ drawn) and KL(drawn ‖ unseen), as in the published code. */
  readonly missed: number;
  readonly invented: number;
  /** KL(unseen ‖ drawn) of windows, strides and choices alone, without sizes. */
  readonly classes: number;
  readonly cpuSeconds: number;
}

export type DistributionQualityOf = Pick<DistributionRun, "missed" | "invented" | "classes">;

export function compareDistributions(
  unseen: readonly WeightedPoint[],
  drawn: readonly WeightedPoint[],
): DistributionQualityOf {
  return {
    missed: divergence(unseen, drawn),
    invented: divergence(drawn, unseen),
    classes: classDivergence(unseen, drawn),
  };
}

/** Of a class that was never drawn: half of one draw in 3,000. Choice. */
const floorShare = 1 / 6000;

/** KL of the shares of groups. */
export function classDivergence(p: readonly WeightedPoint[], q: readonly WeightedPoint[]): number {
  const [ofP, ofQ] = [groupShares(p), groupShares(q)];
  let total = 0;
  for (const [group, share] of ofP)
    if (share > 0) total += share * Math.log(share / ((ofQ.get(group) ?? 0) + floorShare));
  return total;
}

function groupShares(points: readonly WeightedPoint[]): Map<string, number> {
  const shares = new Map<string, number>();
  for (const { group, weight } of points) shares.set(group, (shares.get(group) ?? 0) + weight);
  return shares;
}

/** Means over seeds. */
export type DistributionCell = Omit<DistributionRun, "seed"> & { readonly seeds: number };

export function summariseDistributions(runs: readonly DistributionRun[]): DistributionCell[] {
  const groups = groupBy(runs, ({ source, type, sampler }) => `${source}|${type}|${sampler}`);
  return [...groups.values()].map((group) => {
    const { seed: _, ...first } = group[0]!;
    const average = (of: (run: DistributionRun) => number) => mean(group.map(of));
    return {
      ...first,
      missed: average((run) => run.missed),
      invented: average((run) => run.invented),
      classes: average((run) => run.classes),
      cpuSeconds: average((run) => run.cpuSeconds),
      seeds: group.length,
    };
  });
}

export interface DistributionReport {
  readonly runs: readonly DistributionRun[];
  readonly cells: readonly DistributionCell[];
  /** What was not compared, and why. */
  readonly skipped: readonly string[];
}
