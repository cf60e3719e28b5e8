/** One prediction in the terminal: the total, what it is made of, what is uncovered, the dearest kernels. */
import { shortConfig } from "../analysis/index.js";
import type { ModelReport } from "../jobs/predict.js";
import { bar, fittedTable, outputWidth, wrapped } from "./fitting.js";
import { count, ms, percent } from "./render.js";

/** Kernels listed where not all are asked for: the most expensive ones. */
const shownKernels = 8;
/** Reasons listed. */
const shownReasons = 10;
const barWidth = 6;

export function describePrediction(report: ModelReport, everyKernel: boolean): string {
  const { kernels } = report;
  const shown = everyKernel ? kernels : [...kernels].sort((a, b) => b.latencyMs - a.latencyMs).slice(0, shownKernels);
  return [
    ...wrapped(`${report.model} on ${report.platform}`),
    ...headline(report),
    ...unpredictedLines(report),
    "",
    ...(kernels.length > 0 ? [kernelTable(shown, report.sumMs)] : []),
    ...(shown.length < kernels.length
      ? wrapped(`… ${kernels.length} kernels in all (--kernels lists them)`, outputWidth(), "  ")
      : []),
  ].join("\n");
}

function headline({ latencyMs, interval, coverage, ...parts }: ModelReport): string[] {
  const lines = [
    `${ms(latencyMs)} ms   ${percent(interval.level, 0)} interval ${ms(interval.lowMs)} – ${ms(interval.highMs)} ms`,
    `= ${compositionText(parts)}`,
    `kernels covered ${percent(coverage.kernels)} (${percent(coverage.flops)} of the FLOPs)`,
  ];
  return lines.flatMap((line) => wrapped(line, outputWidth(), "  "));
}

/** What a total is made of. */
export function compositionText({
  sumMs,
  factor,
  callMs,
  kernels,
}: Pick<ModelReport, "sumMs" | "factor" | "callMs" | "kernels">): string {
  const call = callMs > 0 ? ` + ${ms(callMs)} ms for the call` : "";
  return `${ms(sumMs)} ms of ${count(kernels.length, "kernel")} × ${factor.toFixed(3)} (correction for whole models)${call}`;
}

function unpredictedLines({ unpredicted }: ModelReport): string[] {
  const lines = unpredicted
    .slice(0, shownReasons)
    .flatMap(({ node, operator, reason }) => wrapped(`! ${node} (${operator}): ${reason}`, outputWidth(), "  "));
  const more = unpredicted.length - shownReasons;
  return more > 0 ? [...lines, `  ! and ${more} more (see --json)`] : lines;
}

function kernelTable(shown: ModelReport["kernels"], sumMs: number): string {
  const most = shown.reduce((found, { latencyMs }) => Math.max(found, latencyMs), 0);
  return fittedTable([
    { head: "kernel", cells: shown.map(({ name }) => name), least: 18 },
    { head: "type", cells: shown.map(({ type }) => type), least: 14, expendable: 2 },
    { head: "config", cells: shown.map(({ config }) => shortConfig(config)), least: 22 },
    { head: "ms", cells: shown.map(({ latencyMs }) => ms(latencyMs)) },
    { head: "share", cells: shown.map(({ latencyMs }) => percent(latencyMs / sumMs)) },
    { head: "", cells: shown.map(({ latencyMs }) => bar(latencyMs / most, barWidth)), expendable: 1 },
  ]);
}
