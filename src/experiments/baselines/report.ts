/** Baselines beside ours on real platforms: cells, and means over seeds. Pure. */
import { groupBy, mean } from "../../base/index.js";
import type { LatencyMetrics } from "../../evaluation/index.js";
import type { MadeOn } from "../made-on.js";
import type { NoiseCeiling } from "../transfer/report.js";
import { type BaselineMethod, platformSpecific } from "./plan.js";

export interface BaselineCell {
  readonly target: string;
  readonly method: BaselineMethod;
  readonly seed: number;
  /** Looked at on the target. */
  readonly kernels: number;
  readonly architectures: number;
  /** Of measuring these, from the platform's own rates; NaN where these are not known. */
  readonly profilingSeconds: number;
  readonly metrics: LatencyMetrics;
  /** Absent where the method gives none. Width: relative to the middle, in the mean; ±10 % is 0.2. */
  readonly intervalCoverage?: number | undefined;
  readonly intervalWidth?: number | undefined;
  /** Of computing. */
  readonly seconds: number;
}

/** A method that could not be run, and why. */
export interface NotRun {
  readonly target: string;
  readonly method: BaselineMethod;
  readonly seed: number;
  readonly reason: string;
}

export const isNotRun = (cell: BaselineCell | NotRun): cell is NotRun => "reason" in cell;

export interface BaselineRow {
  readonly target: string;
  readonly method: BaselineMethod;
  readonly seeds: number;
  readonly measurements: number;
  readonly profilingSeconds: number;
  readonly rmseMs: number;
  readonly within5: number;
  readonly within10: number;
  readonly mape: number;
  readonly spearman: number;
  readonly kendall: number;
  readonly intervalCoverage?: number | undefined;
  readonly intervalWidth?: number | undefined;
  /** Least and most of the seeds' ±10 %. */
  readonly range10: readonly [number, number];
}

export function summariseBaselines(cells: readonly BaselineCell[]): BaselineRow[] {
  return [...groupBy(cells, ({ target, method }) => `${target} ${method}`).values()].map((group) => {
    const { target, method } = group[0]!;
    const of = (value: (cell: BaselineCell) => number) => mean(group.map(value));
    const ofKnown = (value: (cell: BaselineCell) => number | undefined) =>
      group.some((cell) => value(cell) === undefined) ? undefined : of((cell) => value(cell)!);
    const tens = group.map(({ metrics }) => metrics.within10);
    return {
      ...{ target, method, seeds: group.length },
      measurements: of(({ kernels, architectures }) => kernels + architectures),
      profilingSeconds: of((cell) => cell.profilingSeconds),
      rmseMs: of(({ metrics }) => metrics.rmseMs),
      within5: of(({ metrics }) => metrics.within5),
      within10: of(({ metrics }) => metrics.within10),
      mape: of(({ metrics }) => metrics.mape),
      spearman: of(({ metrics }) => metrics.spearman),
      kendall: of(({ metrics }) => metrics.kendall),
      intervalCoverage: ofKnown((cell) => cell.intervalCoverage),
      intervalWidth: ofKnown((cell) => cell.intervalWidth),
      range10: [Math.min(...tens), Math.max(...tens)],
    };
  });
}

export interface BaselineTarget {
  readonly target: string;
  /** Measured whole; of these the test. */
  readonly architectures: number;
  readonly test: number;
  readonly noise?: NoiseCeiling | undefined;
  /** What nn-Meter's own sampler would measure first for the kernel types of these architectures, at this platform's seconds a kernel. */
  readonly nnMeter: {
    readonly types: number;
    readonly samples: number;
    readonly secondsEach: number;
    readonly seconds: number;
  };
}

export interface BaselinesReport extends MadeOn {
  readonly platforms: readonly string[];
  readonly targets: readonly BaselineTarget[];
  readonly rows: readonly BaselineRow[];
  readonly cells: readonly BaselineCell[];
  readonly notRun: readonly NotRun[];
}

export interface Verdict {
  /** What `adapt` made; the transfer from the store where it made none. */
  readonly ours: BaselineRow;
  /** The platform-specific method of most ±10 %. */
  readonly best: BaselineRow;
  /** Points of ±10 % between them, as a share. */
  readonly lead: number;
  /** nn-Meter's seconds by those of ours; NaN where either is not known. */
  readonly cheaper: number;
}

/** Ours beside the best platform-specific baseline. Undefined where one of them is missing. */
export function verdictOf({ rows }: BaselinesReport, target: BaselineTarget): Verdict | undefined {
  const own = rows.filter((row) => row.target === target.target);
  const ours = own.find(({ method }) => method === "adapt") ?? own.find(({ method }) => method === "default");
  const [best] = own.filter(({ method }) => platformSpecific.includes(method)).sort((a, b) => b.within10 - a.within10);
  if (ours === undefined || best === undefined) return undefined;
  return {
    ...{ ours, best, lead: ours.within10 - best.within10 },
    cheaper: target.nnMeter.seconds / ours.profilingSeconds,
  };
}
