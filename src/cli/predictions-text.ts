/** Predictions in the terminal: one with its kernels, several as tables of totals. */

import type { BadFile } from "../base/index.js";
import { groupBy } from "../base/index.js";
import type { ModelReport } from "../jobs/predict.js";
import { failedCell, reasons } from "./bad-files.js";
import { fittedTable } from "./fitting.js";
import { describePrediction } from "./prediction-text.js";
import { ms, percent } from "./render.js";

/** One prediction with its kernels; several as tables of totals, one for each model where there are several platforms. */
export function describePredictions(
  reports: readonly ModelReport[],
  bad: readonly BadFile[],
  everyKernel: boolean,
): string {
  const platforms = new Set(reports.map(({ platform }) => platform));
  const parts: string[] = [];
  if (reports.length === 1 && bad.length === 0) parts.push(describePrediction(reports[0]!, everyKernel));
  else if (platforms.size > 1)
    for (const [model, own] of groupBy(reports, (report) => report.model))
      parts.push(`${model}\n${totals("platform", own, ({ platform }) => platform)}`);
  else parts.push([...platforms, totals("model", [...reports, ...bad], ({ model }) => model)].join("\n"));
  if (everyKernel && reports.length > 1) parts.push(...reports.map((report) => describePrediction(report, true)));
  if (bad.length > 0) parts.push(reasons(bad).join("\n"));
  return parts.join("\n\n");
}

function totals<T extends ModelReport | BadFile>(head: string, rows: readonly T[], nameOf: (row: T) => string): string {
  const found = (text: (report: ModelReport) => string, otherwise: string) =>
    rows.map((row) => ("failed" in row ? otherwise : text(row as ModelReport)));
  const level = rows.find((row): row is T & ModelReport => !("failed" in row))?.interval.level ?? 0.9;
  return fittedTable([
    { head, cells: rows.map(nameOf), least: 24 },
    { head: "ms", cells: found(({ latencyMs }) => ms(latencyMs), "–") },
    { head: `${percent(level, 0)} interval`, cells: found(intervalText, failedCell) },
    { head: "covered", cells: found(({ coverage }) => percent(coverage.kernels, 0), ""), expendable: 1 },
  ]);
}

const intervalText = ({ interval }: ModelReport) => `${ms(interval.lowMs)} – ${ms(interval.highMs)}`;
