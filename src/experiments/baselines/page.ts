/** Markdown of the table of baselines. */
import { percent } from "../../base/index.js";
import { markdownTable } from "../markdown.js";
import { trainingData } from "./plan.js";
import type { BaselineRow, BaselinesReport } from "./report.js";

export function baselinesPage(report: BaselinesReport): string {
  return [
    "# Baselines on real platforms",
    "",
    `Made by \`litepred evaluate baselines\` on ${report.date}, ${report.cpu}. Architectures of six spaces, measured whole by the reference method;`,
    "which of them a method may look at is drawn anew for each seed, the others are the test, all together. What a method measures on the",
    "target, and what that costs, stands beside it. Deviations of each baseline from its paper: `src/baselines`.",
    "",
    ...report.targets.flatMap(({ target, test, noise }) => [
      `## ${target}`,
      "",
      `${test} test architectures. ${noise === undefined ? "None was measured twice: no noise ceiling." : `A second measurement agrees within ±5 % / ±10 % for ${percent(noise.within5)} / ${percent(noise.within10)} (RMSE ${noise.rmseMs.toFixed(3)} ms).`}`,
      "",
      markdownTable(baselinesHead, report.rows.filter((row) => row.target === target).map(baselineCells)),
      "",
    ]),
  ].join("\n");
}

export const baselinesHead = [
  ...["method", "measured on the target", "measurements", "profiling s", "RMSE ms", "±5 %", "±10 %"],
  ...["±10 % of seeds", "MAPE", "ρ", "τ", "seeds"],
];

export const baselineCells = (row: BaselineRow): string[] => [
  row.method,
  trainingData[row.method],
  row.measurements.toFixed(0),
  Number.isFinite(row.profilingSeconds) ? row.profilingSeconds.toFixed(0) : "–",
  row.rmseMs.toFixed(3),
  percent(row.within5),
  percent(row.within10),
  row.range10.map((ratio) => percent(ratio)).join("–"),
  percent(row.mape),
  row.spearman.toFixed(3),
  row.kendall.toFixed(3),
  String(row.seeds),
];
