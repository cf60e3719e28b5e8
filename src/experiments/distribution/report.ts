/**
 * How well each sampler follows the distribution of real configs: divergences from and to a half that no sampler has seen.
 * In: configs as weighted points. Out: plain objects and their table.
 */
import { getOrCreate, mean } from "../../base/index.js";
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
  const groups = new Map<string, DistributionRun[]>();
  for (const run of runs)
    getOrCreate(groups, `${run.source}|${run.type}|${run.sampler}`, () => [] as DistributionRun[]).push(run);
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

/** A line for each sampler, one table for each source and type. */
export function renderDistributionTables(cells: readonly DistributionCell[]): string {
  const keys = [...new Set(cells.map(({ source, type }) => `${source}|${type}`))];
  return keys
    .map((key) => {
      const own = cells.filter(({ source, type }) => `${source}|${type}` === key);
      const { source, type, seen, unseen } = own[0]!;
      const rows = own.map(
        (c) =>
          `| ${c.sampler} | ${c.missed.toFixed(4)} | ${c.invented.toFixed(4)} | ${c.classes.toFixed(4)} | ${c.seeds} | ${c.cpuSeconds < 0.5 ? "" : c.cpuSeconds.toFixed(0)} |`,
      );
      return [
        `### ${type}, ${source}: ${seen} configs seen, ${unseen} unseen`,
        "",
        "| sampler | KL(unseen‖drawn) | KL(drawn‖unseen) | KL of windows and choices | seeds | CPU s |",
        "|---|---|---|---|---|---|",
        ...rows,
      ].join("\n");
    })
    .join("\n\n");
}
