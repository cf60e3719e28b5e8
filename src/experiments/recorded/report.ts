/** The table over recorded platforms: every platform of a group in turn the target, the others its pool. Pure. */
import { groupBy, mean } from "../../base/index.js";

/** Ratios 0–1. */
interface RecordedMetrics {
  readonly mape: number;
  readonly within5: number;
  readonly within10: number;
  readonly rmseMs: number;
  readonly intervalCoverage: number;
}

/** Of one kernel type. */
export interface RecordedKernel extends RecordedMetrics {
  readonly n: number;
  readonly measured: number;
}

/** What runs with other seeds have in common. */
interface RecordedCase {
  /** `group/platform`. */
  readonly target: string;
  readonly pool: readonly string[];
  readonly method: string;
  readonly budget: number;
}

/** One run of one method. */
export interface RecordedRun extends RecordedCase, RecordedMetrics {
  readonly seed: number;
  readonly n: number;
  readonly cpuSeconds: number;
  readonly kernels: Readonly<Record<string, RecordedKernel>>;
}

/** Means over seeds. */
export interface RecordedCell extends RecordedCase, RecordedMetrics {
  readonly seeds: number;
  readonly cpuSeconds: number;
}

export function summariseRuns(runs: readonly RecordedRun[]): RecordedCell[] {
  const groups = groupBy(runs, ({ target, budget, method }) => `${target}|${budget}|${method}`);
  return [...groups.values()].map((group) => {
    const { target, pool, method, budget } = group[0]!;
    const average = (of: (run: RecordedRun) => number) => mean(group.map(of));
    return {
      target,
      pool,
      method,
      budget,
      seeds: group.length,
      mape: average((run) => run.mape),
      within5: average((run) => run.within5),
      within10: average((run) => run.within10),
      rmseMs: average((run) => run.rmseMs),
      intervalCoverage: average((run) => run.intervalCoverage),
      cpuSeconds: average((run) => run.cpuSeconds),
    };
  });
}

/** Cells where `method` is not better than `other` in all of MAPE, ±5 %, ±10 % and RMSE; empty when it wins everywhere. */
export function defeats(cells: readonly RecordedCell[], method: string, other: string): string[] {
  return cells
    .filter((cell) => cell.method === method)
    .flatMap((mine) => {
      const theirs = cells.find((c) => c.method === other && c.target === mine.target && c.budget === mine.budget);
      if (theirs === undefined) return [];
      const lost = (["within5", "within10"] as const).filter((metric) => mine[metric] < theirs[metric]) as string[];
      if (mine.mape > theirs.mape) lost.push("mape");
      if (mine.rmseMs > theirs.rmseMs) lost.push("rmseMs");
      return lost.map((metric) => `${mine.target} at ${mine.budget}: ${metric}`);
    });
}

export interface RecordedReport {
  readonly date: string;
  readonly cpu: string;
  readonly runs: readonly RecordedRun[];
  readonly cells: readonly RecordedCell[];
  /** Where `default` does not beat the other method in MAPE, ±5 %, ±10 % and RMSE. */
  readonly lost: Readonly<Record<string, readonly string[]>>;
}

const rivals = ["litepred", "log-linear"];

/** @param parts `runs`: all that were done; `asked`: those that the table is of */
export function reportOf({
  asked,
  ...parts
}: Pick<RecordedReport, "date" | "cpu" | "runs"> & { readonly asked: readonly RecordedRun[] }): RecordedReport {
  const cells = summariseRuns(asked);
  const lost = Object.fromEntries(rivals.map((rival) => [rival, defeats(cells, "default", rival)]));
  return { ...parts, cells, lost };
}
