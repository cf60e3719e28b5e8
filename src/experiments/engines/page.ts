/** Markdown of the table of engines: docs/results/engines.md. */
import { percent } from "../../base/index.js";
import { dayOf, markdownTable } from "../markdown.js";
import type { EngineReport, EnginesReport } from "./report.js";

/** `models`: whole models asked for on each platform. */
export function enginesPage(report: EnginesReport, models: number): string {
  const timings = [...new Map(report.rows.map((r) => [r.engine, r.timingReason])).entries()];
  return [
    "# Engines",
    "",
    `Made by \`litepred evaluate engines --models ${models} --markdown docs/results/engines.md\`, ${dayOf(report.date)}, ${report.cpu}, one thread.`,
    "",
    "Whole models (well-known ones, and architectures of the search spaces) and every distinct kernel in them are measured directly; no predictor is involved.",
    "*sum ÷ whole*: sum of the kernels' times over the model's, median (lowest–highest) over the models whose kernels were all measured; *corrected*: after the model-level correction fitted on the other models.",
    "*repeats*: second measurement against the first, minutes later: median difference; share within ±5 % / ±10 %.",
    "Runs count in one state of the core only (docs/adr/0002-core-state.md); in which, the measurements' own conditions say.",
    "",
    markdownTable(engineHead, report.rows.map(engineCells)),
    "",
    "## How a kernel is timed",
    "",
    ...timings.map(([engine, reason]) => `* ${engine}: ${reason}`),
    "",
    "## What failed",
    "",
    ...report.rows.flatMap((r) => failureLines(r).map((line) => `* ${line.replaceAll("|", "\\|")}`)),
    ...report.problems.map(({ platform, problem }) => `* ${platform}: ${oneLine(problem)}`),
    "",
  ].join("\n");
}

/** Of one row of the table; shown on terminals, too. */
export const engineHead = [
  "engine",
  "version",
  "precision",
  "kernel timed",
  "models",
  "sum ÷ whole",
  "corrected",
  "kernel repeats",
  "model repeats",
  "kernels / h",
  "models / h",
  "failed",
];

export function engineCells(row: EngineReport): string[] {
  const { kernels, failures } = row;
  const failedModels = failures.filter(({ what }) => what === "model").reduce((sum, { count }) => sum + count, 0);
  return [
    row.engine,
    row.version,
    row.precision,
    row.kernelTiming,
    String(row.models.length),
    shares(row.plain),
    shares(row.corrected),
    repeats(row.kernelRepeatability),
    repeats(row.modelRepeatability),
    thousands(row.kernelsPerHour),
    thousands(row.modelsPerHour),
    `${kernels.failed} of ${kernels.measured + kernels.failed} kernels, ${failedModels} models`,
  ];
}

const shares = (found: EngineReport["plain"]) =>
  found === undefined ? "–" : `${found.median.toFixed(2)} (${found.min.toFixed(2)}–${found.max.toFixed(2)})`;

const repeats = (found: EngineReport["kernelRepeatability"]) =>
  found === undefined
    ? "–"
    : `${percent(found.medianDifference)}; ${percent(found.within5, 0)} / ${percent(found.within10, 0)}`;

const thousands = (rate: number | undefined) => (rate === undefined ? "–" : rate.toLocaleString("en"));

export const failureLines = ({ engine, version, precision, failures }: EngineReport) =>
  failures.map(
    ({ what, reason, count, example }) =>
      `${engine} ${version} ${precision}: ${count} ${what}${count === 1 ? "" : "s"} ${reason}, e.g. ${oneLine(example)}`,
  );

const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").slice(0, 240);
