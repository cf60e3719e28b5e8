/** A picture of the table over recorded platforms: share within ±10 % over the budget, a panel for each target. */

import { moreData } from "../more-data.js";
import type { RecordedCell } from "../recorded/report.js";
import { plotBudgets } from "./budget.js";

interface Line {
  readonly name: string;
  readonly method: string;
  /** Measurements for each of the budget. */
  readonly factor: number;
}

const lines: readonly Line[] = [
  { name: "default", method: "default", factor: 1 },
  { name: "litepred", method: "litepred", factor: 1 },
  { name: "log-linear", method: "log-linear", factor: 1 },
  { name: "from scratch, same data", method: "scratch", factor: 1 },
  { name: `from scratch, ${moreData}× the data`, method: "scratch", factor: moreData },
];

/** Points of a line at the budgets of `default`: measurements and the share within ±10 %, in percent. */
export function linePoints(cells: readonly RecordedCell[], { method, factor }: Omit<Line, "name">): [number, number][] {
  const budgets = cells.filter((cell) => cell.method === "default").map((cell) => cell.budget);
  return budgets
    .sort((a, b) => a - b)
    .flatMap((budget): [number, number][] => {
      const cell = cells.find((c) => c.method === method && c.budget === budget * factor);
      return cell === undefined ? [] : [[budget, 100 * cell.within10]];
    });
}

/** As SVG. */
export function plotRecorded(cells: readonly RecordedCell[]): string {
  const targets = [...new Set(cells.map((cell) => cell.target))];
  return plotBudgets(
    targets.map((target) => ({
      title: target,
      lines: lines.map((line) => ({
        name: line.name,
        dashed: line.factor === moreData,
        points: linePoints(
          cells.filter((cell) => cell.target === target),
          line,
        ),
      })),
    })),
  );
}
