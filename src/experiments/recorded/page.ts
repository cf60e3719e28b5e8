/** Markdown of the table over recorded platforms, for docs/results. */
import { groupBy, inPercent as percent } from "../../base/index.js";
import { markdownTable } from "../markdown.js";
import type { RecordedCell, RecordedReport } from "./report.js";
import { type SizeEffect, sizeEffects } from "./size-effects.js";

export function recordedPage(report: RecordedReport): string {
  return [
    "# Transfer between recorded platforms",
    "",
    `Made by \`litepred evaluate recorded\` on ${report.date}, ${report.cpu}. Every measurement is looked up in the target's table; what was never`,
    "looked at is the test, all kernel types together. All methods but `default` and `scratch` measure the same representative configs.",
    "Numbers are means over the seeds that a line names.",
    "",
    ...Object.entries(report.lost).map(verdict),
    "",
    tables(report.cells),
    "",
    "## How many representative configs",
    "",
    "`default`, each kernel type with 200 or more test rows in each run, by the number of its configs that were measured.",
    "",
    sizesTable(sizeEffects(report.runs, "default")),
    "",
  ].join("\n");
}

const verdict = ([rival, lost]: [string, readonly string[]]) =>
  lost.length === 0
    ? `* \`default\` beats \`${rival}\` in MAPE, ±5 %, ±10 % and RMSE at every budget below.`
    : `* \`default\` does not beat \`${rival}\` in: ${lost.join("; ")}.`;

const head = [
  ...["measurements", "method", "MAPE %", "±5 %", "±10 %", "RMSE ms"],
  ...["90 % interval covers", "seeds", "CPU s"],
];

/** One for each target, a line for each budget and method. */
function tables(cells: readonly RecordedCell[]): string {
  return [...groupBy(cells, ({ target }) => target)]
    .map(([target, own]) => {
      const rows = own.sort((a, b) => a.budget - b.budget).map(rowOf);
      return [`### ${target} from ${own[0]!.pool.join(" and ")}`, "", markdownTable(head, rows)].join("\n");
    })
    .join("\n\n");
}

const rowOf = (cell: RecordedCell) => [
  cell.budget,
  cell.method,
  percent(cell.mape, 2),
  percent(cell.within5),
  percent(cell.within10),
  cell.rmseMs.toPrecision(3),
  percent(cell.intervalCoverage),
  cell.seeds,
  cell.cpuSeconds.toFixed(1),
];

const sizesHead = [
  ...["configs measured", "kernel types × runs", "error, of the lowest of that type"],
  "90 % interval covers",
];

export const sizesTable = (effects: readonly SizeEffect[]): string =>
  markdownTable(
    sizesHead,
    effects.map(({ above, upTo, runs, errorRatio, intervalCoverage }) => [
      Number.isFinite(upTo) ? `${above + 1} to ${upTo}` : `more than ${above}`,
      runs,
      `${errorRatio.toFixed(2)}×`,
      percent(intervalCoverage),
    ]),
  );
