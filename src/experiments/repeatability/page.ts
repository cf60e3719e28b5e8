/** Markdown of the table of repeatability. */
import { percent } from "../../base/index.js";
import { markdownTable, today } from "../markdown.js";
import type { RepeatabilityRow } from "./report.js";

export const repeatabilityPage = (rows: readonly RepeatabilityRow[]): string =>
  [
    "# How well numbers repeat",
    "",
    `\`litepred evaluate repeatability\`, ${today()}: two looks at the same models, and at kernels of 30 µs and more, minutes apart and each in a new process of the engine; "disturbed" beside a program that sweeps through memory and keeps a core busy in bursts. "core shared": how much slower than at the reference state things just ran.`,
    "",
    markdownTable(repeatabilityHead, rows.map(repeatabilityCells)),
    "",
  ].join("\n");

/** Of one row of the table; shown on terminals, too. */
export const repeatabilityHead = [
  "platform",
  "what",
  "n",
  "median",
  "90th pct",
  "within 5 %",
  "within 10 %",
  "s each",
  "core shared",
];

export const repeatabilityCells = (row: RepeatabilityRow): string[] => [
  row.platform,
  `${row.kind}s${row.disturbed ? ", disturbed" : ""}`,
  String(row.n),
  percent(row.medianDifference),
  percent(row.p90Difference),
  percent(row.within5, 0),
  percent(row.within10, 0),
  row.secondsEach?.toFixed(2) ?? "–",
  `×${row.slowdown.toFixed(2)}`,
];
