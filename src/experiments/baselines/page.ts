/** Markdown of the table of baselines. */
import { groupBy, percent } from "../../base/index.js";
import { madeOnText } from "../made-on.js";
import { markdownTable } from "../markdown.js";
import { trainingData } from "./plan.js";
import { type BaselineRow, type BaselinesReport, type BaselineTarget, type Verdict, verdictOf } from "./report.js";

export function baselinesPage(report: BaselinesReport): string {
  return [
    "# Baselines on real platforms",
    "",
    `Made by \`litepred evaluate baselines\` ${madeOnText(report)}. Architectures of six spaces, measured whole by the`,
    "reference method (`litepred evaluate dataset`); which of them a method may look at is drawn anew for each seed, the others are the test,",
    "all together. What a method measures on the target, and what that costs, stands beside it. Deviations of each baseline from its",
    "paper: `src/baselines`.",
    "",
    "* `adapt` is what ships: the predictor that `litepred adapt` made on the target, from kernels and networks of its own choice. It was made",
    "  once, and looks at none of these architectures; its seeds are draws of the test.",
    "* `default` is the same path from the same measurements, without any predictor of the target's own platform among its sources; `litepred`",
    "  is the published method with 400 of the kernels. Neither looks at these architectures.",
    "* `nn-meter` and `look-up` are given every kernel that was measured on the target, those inside networks too; what",
    "  nn-Meter's own sampler would measure is in the line above each table.",
    "* Measurements of kernels count distinct configs; seconds are those of measuring, from the times at which results were stored.",
    "",
    ...report.targets.flatMap((target) => section(report, target)),
  ].join("\n");
}

const section = (report: BaselinesReport, target: BaselineTarget): string[] => [
  `## ${target.target}`,
  "",
  `${target.architectures} architectures, ${target.test} of them the test. ${ceiling(target)}`,
  nnMeterLine(target),
  ...verdictLine(verdictOf(report, target)),
  "",
  markdownTable(baselinesHead, report.rows.filter((row) => row.target === target.target).map(baselineCells)),
  "",
  ...notRunLines(report, target),
];

/** Each reason once, with the seeds that it holds for. */
export function notRunLines(
  { notRun }: Pick<BaselinesReport, "notRun">,
  { target }: Pick<BaselineTarget, "target">,
): string[] {
  const groups = groupBy(
    notRun.filter((one) => one.target === target),
    ({ method, reason }) => `${method} ${reason}`,
  );
  const lines = [...groups.values()].map((group) => {
    const seeds = group.map(({ seed }) => seed).join(", ");
    return `* \`${group[0]!.method}\` was not run (${group.length === 1 ? "seed" : "seeds"} ${seeds}): ${group[0]!.reason}.`;
  });
  return lines.length === 0 ? [] : [...lines, ""];
}

const ceiling = ({ noise }: BaselineTarget) =>
  noise === undefined
    ? "None was measured twice: no noise ceiling."
    : `A second measurement agrees within ±5 % / ±10 % for ${percent(noise.within5)} / ${percent(noise.within10)} (RMSE ${noise.rmseMs.toFixed(3)} ms).`;

const nnMeterLine = ({ nnMeter: { types, samples, secondsEach, seconds } }: BaselineTarget) =>
  Number.isFinite(seconds)
    ? `nn-Meter's own sampler starts with ${samples.toLocaleString("en")} kernels for the ${types} kernel types here: at ${secondsEach.toFixed(2)} s each, as measured, ${(seconds / 3600).toFixed(1)} h (computed, not measured; its further rounds not counted).`
    : "No kernel was measured alone: what nn-Meter's own sampler would take is not known.";

const verdictLine = (verdict: Verdict | undefined): string[] =>
  verdict === undefined
    ? []
    : [
        `\`${verdict.ours.method}\` is ${(100 * verdict.lead).toFixed(1)} points of ±10 % from the best platform-specific baseline, \`${verdict.best.method}\`${Number.isFinite(verdict.cheaper) ? `, and nn-Meter's sampler would take ${verdict.cheaper.toFixed(0)} times as long to measure` : ""}.`,
      ];

export const baselinesHead = [
  ...["method", "measured on the target", "measurements", "profiling s", "RMSE ms", "±5 %", "±10 %"],
  ...["±10 % of seeds", "MAPE", "ρ", "τ", "90 % intervals cover", "their width", "seeds"],
];

const orNone = (value: number | undefined) => (value === undefined ? "–" : percent(value));

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
  orNone(row.intervalCoverage),
  row.intervalWidth === undefined ? "–" : `±${percent(row.intervalWidth / 2)}`,
  String(row.seeds),
];
