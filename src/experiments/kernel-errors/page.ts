/** Markdown of `evaluate kernels`. */
import { percent } from "../../base/index.js";
import { dayOf, markdownTable } from "../markdown.js";
import type { ModelErrors, TypeErrors } from "./report.js";
import type { PlatformKernelErrors } from "./run.js";

export const typeHead = ["kernel type", "n", "share of time", "sum off by", "mean error", "within 10 %"];

export const typeCells = (row: TypeErrors): string[] => [
  row.type,
  String(row.kernels),
  percent(row.share),
  signed(row.bias),
  percent(row.error),
  percent(row.within10, 0),
];

export const modelHead = ["model", "kernels, ms", "sum off by", "mostly by"];

export const modelCells = ({ model, measuredMs, error, blame }: ModelErrors): string[] => [
  model,
  measuredMs.toFixed(2),
  signed(error),
  blame.map(({ type, part }) => `${type} ${signed(part)}`).join(", "),
];

const signed = (value: number) => `${value >= 0 ? "+" : "−"}${percent(Math.abs(value))}`;

export const kernelErrorsPage = (report: PlatformKernelErrors): string =>
  [
    "# Where the error of models comes from",
    "",
    `\`litepred evaluate kernels --platform ${report.platform}\`, ${dayOf(report.date)}: predicted kernels beside what the engine's profiler gives the same kernels inside the same ${report.models.length} models, which no step has seen (three loads of each, at the reference state). "mean error" weights each kernel by its time, "within 10 %" is of kernels of 30 µs and more; ${report.unpaired} kernels had no node of their own.`,
    "",
    markdownTable(typeHead, report.types.map(typeCells)),
    "",
    markdownTable(modelHead, report.models.map(modelCells)),
    "",
  ].join("\n");
