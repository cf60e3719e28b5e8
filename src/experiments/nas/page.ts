/** Markdown of the table of searched networks. */
import { dayOf, markdownTable } from "../markdown.js";
import type { NasReport, NasRow } from "./report.js";

export const nasPage = (report: NasReport): string =>
  [
    "# Networks found under the latency of others",
    "",
    `\`litepred evaluate nas\`, ${dayOf(report.date)}. Once-for-all's MobileNetV3 without fine-tuning, searched under the latency that the baseline takes on the platform; baseline and ours measured in turn after the search, the median of the looks counts. Top-1 of the baselines is what their authors publish; ours is predicted, with its ${100 * report.level} % interval.`,
    "",
    markdownTable(nasHead, report.rows.map(nasCells)),
    "",
    ...report.problems.map(({ platform, problem }) => `* ${platform}: ${problem}`),
    "",
  ].join("\n");

/** Of one row of the table; shown on terminals, too. */
export const nasHead = [
  "platform",
  "baseline",
  "top-1, published",
  "ms",
  "ours: top-1, predicted",
  "interval",
  "ms, measured",
  "ms, predicted",
  "points gained",
  "measured on the way",
];

export const nasCells = ({ platform, baseline, publishedTop1, baselineMs, ours, verified }: NasRow): string[] => [
  platform,
  baseline,
  publishedTop1.toFixed(1),
  baselineMs.toFixed(2),
  ...(ours === undefined
    ? ["–", "–", "–", "–", "–"]
    : [
        ours.top1.toFixed(1),
        `${ours.low.toFixed(1)} – ${ours.high.toFixed(1)}`,
        ours.measuredMs.toFixed(2),
        ours.predictedMs.toFixed(2),
        `${ours.gain >= 0 ? "+" : "−"}${Math.abs(ours.gain).toFixed(1)}`,
      ]),
  String(verified),
];
