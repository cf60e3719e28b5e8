/** Checks as Markdown, for the summary of a CI job or a comment. */
import type { CheckRow } from "../analysis/index.js";
import { count, milliseconds, percent, signedPercent } from "../base/index.js";
import { markdown } from "./escape.js";
import type { FailedRow } from "./failed-row.js";
import { markdownTable } from "./markdown-table.js";

const head = ["", "model", "platform", "ms", "interval", "limit", "P(above)", "against before", "P(slower)"];

export function checkSummary(rows: readonly (CheckRow | FailedRow)[]): string {
  const missed = rows.filter((row) => "failed" in row || !row.passed).length;
  const title =
    missed === 0 ? `${count(rows.length, "check")} passed` : `${missed} of ${count(rows.length, "check")} not passed`;
  const reasons = rows.flatMap((row) => {
    const reason = "failed" in row ? row.failed : (row.reason ?? row.note);
    return reason === undefined ? [] : [`* ${markdown(row.model)}: ${markdown(reason)}`];
  });
  return [`### Latency: ${title}`, "", markdownTable(head, rows.map(cells), 3), "", ...reasons, ""].join("\n");
}

function cells(row: CheckRow | FailedRow): string[] {
  if ("failed" in row) return ["⚠️", markdown(row.model), ...Array.from({ length: 7 }, () => "–")];
  const { interval, limitMs, probability, regression } = row;
  return [
    row.passed ? "✅" : "❌",
    markdown(row.model),
    markdown(row.platform),
    milliseconds(row.latencyMs),
    `${milliseconds(interval.lowMs)} – ${milliseconds(interval.highMs)}`,
    limitMs === undefined ? "–" : milliseconds(limitMs),
    probability === undefined ? "–" : percent(probability, 0),
    regression === undefined ? "–" : signedPercent(regression.change),
    regression === undefined ? "–" : percent(regression.probability, 0),
  ];
}
