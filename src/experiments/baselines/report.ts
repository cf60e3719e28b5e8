/** Baselines beside ours on real platforms: cells, and means over seeds. Pure. */
import { groupBy, mean } from "../../base/index.js";
import type { LatencyMetrics } from "../../evaluation/index.js";
import type { NoiseCeiling } from "../transfer/report.js";
import type { BaselineMethod } from "./plan.js";

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
  /** Of computing. */
  readonly seconds: number;
}

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
  /** Least and most of the seeds' ±10 %. */
  readonly range10: readonly [number, number];
}

export function summariseBaselines(cells: readonly BaselineCell[]): BaselineRow[] {
  return [...groupBy(cells, ({ target, method }) => `${target} ${method}`).values()].map((group) => {
    const { target, method } = group[0]!;
    const of = (value: (cell: BaselineCell) => number) => mean(group.map(value));
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
      range10: [Math.min(...tens), Math.max(...tens)],
    };
  });
}

export interface BaselinesReport {
  readonly date: string;
  readonly cpu: string;
  readonly platforms: readonly string[];
  readonly targets: readonly {
    readonly target: string;
    readonly test: number;
    readonly noise?: NoiseCeiling | undefined;
  }[];
  readonly rows: readonly BaselineRow[];
  readonly cells: readonly BaselineCell[];
}
