/** The table over recorded platforms: every platform of a group in turn the target, the others its pool. */
import { mean } from "../../base/index.js";

/** Of one kernel type. Ratios 0–1. */
export interface RecordedKernel {
  readonly n: number;
  readonly measured: number;
  readonly mape: number;
  readonly within5: number;
  readonly within10: number;
  readonly rmseMs: number;
  readonly intervalCoverage: number;
}

/** One run of one method. Ratios 0–1. */
export interface RecordedRun {
  /** `group/platform`. */
  readonly target: string;
  readonly pool: readonly string[];
  readonly method: string;
  readonly budget: number;
  readonly seed: number;
  readonly n: number;
  readonly mape: number;
  readonly within5: number;
  readonly within10: number;
  readonly rmseMs: number;
  readonly intervalCoverage: number;
  readonly cpuSeconds: number;
  readonly kernels: Readonly<Record<string, RecordedKernel>>;
}

/** Means over seeds. */
export interface RecordedCell {
  readonly target: string;
  readonly pool: readonly string[];
  readonly method: string;
  readonly budget: number;
  readonly seeds: number;
  readonly mape: number;
  readonly within5: number;
  readonly within10: number;
  readonly rmseMs: number;
  readonly intervalCoverage: number;
  readonly cpuSeconds: number;
}

export function summariseRuns(runs: readonly RecordedRun[]): RecordedCell[] {
  const groups = new Map<string, RecordedRun[]>();
  for (const run of runs) {
    const key = `${run.target}|${run.budget}|${run.method}`;
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
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

/** Markdown: one table per target, a line for each budget and method. */
export function renderRecordedTable(cells: readonly RecordedCell[]): string {
  const targets = [...new Set(cells.map((cell) => cell.target))];
  const percent = (share: number, digits = 1) => (100 * share).toFixed(digits);
  return targets
    .map((target) => {
      const own = cells.filter((cell) => cell.target === target).sort((a, b) => a.budget - b.budget);
      const lines = own.map(
        (c) =>
          `| ${c.budget} | ${c.method} | ${percent(c.mape, 2)} | ${percent(c.within5)} | ${percent(c.within10)} | ${c.rmseMs.toPrecision(3)} | ${percent(c.intervalCoverage)} | ${c.seeds} | ${c.cpuSeconds.toFixed(1)} |`,
      );
      return [
        `### ${target} from ${own[0]!.pool.join(" and ")}`,
        "",
        "| measurements | method | MAPE % | ±5 % | ±10 % | RMSE ms | 90 % interval covers | seeds | CPU s |",
        "|---|---|---|---|---|---|---|---|---|",
        ...lines,
      ].join("\n");
    })
    .join("\n\n");
}
