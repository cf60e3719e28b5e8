/** Markdown of how well accuracies are predicted, for docs/results. */
import { percent } from "../../base/index.js";
import { markdownTable } from "../markdown.js";
import type { AccuracyReport, SplitRow } from "./report.js";

/** MAE in points that was aimed at. */
const aims = { random: 0.3, searched: 0.15 };

export const splitHead = [
  ...["held out", "sub-networks", "n", "MAE", "90 % of errors below", "largest", "bias", "Spearman"],
  ...["90 % interval ±", "covers"],
];

export const splitCells = ({ split, origin, errors, halfWidth, covered }: SplitRow): string[] => [
  ...[split, origin, String(errors.n)],
  ...[errors.mae, errors.p90, errors.largest, errors.bias, errors.spearman, halfWidth].map((x) => x.toFixed(3)),
  percent(covered),
];

export const curveHead = ["sub-networks fitted on", "MAE random", "MAE searched", "seeds"];

export const curveCells = ({ rows, mae, seeds }: AccuracyReport["curve"][number]): string[] => [
  String(rows),
  mae.random.toFixed(3),
  mae.searched.toFixed(3),
  String(seeds),
];

export function accuracyPage(report: AccuracyReport): string {
  const { random, searched } = report.rows;
  return [
    "# How well is the accuracy of OFA-MobileNetV3's sub-networks predicted?",
    "",
    `Made by \`litepred evaluate accuracy\` on ${report.date}. One ridge regression (\`src/accuracy/ofa/\`) on ${random} random sub-networks`,
    `at 128, 160 and 192 and ${searched} searched ones at 224, width 1.0; top-1 in percent as taken from the supernet, without finetuning;`,
    "errors in points. “By depths”: five folds, and no sub-network with the depths of a held-out one is fitted on; the intervals that ship are",
    "made of these errors. “Evenly”: any fifth; searches come by near relatives, so that this flatters. An interval is tried on each fold with",
    "the errors of the others.",
    "",
    ...report.splits.filter(({ split }) => split === "by depths").map(verdict),
    "",
    markdownTable(splitHead, report.splits.map(splitCells)),
    "",
    "## How many sub-networks suffice",
    "",
    "A fifth is held out by depths; of the rest so many are drawn, random and searched ones alike.",
    "",
    markdownTable(curveHead, report.curve.map(curveCells)),
    "",
    "## What to keep in mind",
    "",
    "* The random ones are whole multiples of 0.008 points, as of 12,500 images, so that much of their error is the noise of their measurement.",
    "* At 224 only searched sub-networks were measured: of a poor one at 224 the interval may be too narrow. Between 192 and 224 its width goes",
    "  from the one to the other.",
    "* 144, 176 and 208 were measured by nobody; a cubic through 128, 160, 192 and 224 says what lies between.",
    "* Data: memory-optimized-once-for-all (MIT) and DyNAS-T (Apache-2.0, its README adds “for Non-Commercial purposes”).",
    "",
  ].join("\n");
}

function verdict({ origin, errors }: SplitRow): string {
  const met = errors.mae <= aims[origin];
  return `* ${origin}: MAE ${errors.mae.toFixed(3)} points, ${met ? "within" : "**above**"} the aim of ${aims[origin]}.`;
}
