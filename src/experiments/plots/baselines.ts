/** A picture of the table of baselines: share within ±5 and ±10 % by method, a panel for each target. SVG. */
import type { BaselinesReport } from "../baselines/report.js";
import { acrossOf, drawPanels } from "./panels.js";

const sizes = { columns: 2, width: 420, height: 320, inset: { left: 50, width: 70, height: 110 } };
const bands = [
  { name: "within ±10 %", of: "within10", color: "#3b6fb6" },
  { name: "within ±5 %", of: "within5", color: "#a9c4e6" },
] as const;

export function plotBaselines({ targets, rows }: BaselinesReport): string {
  const across = acrossOf(targets.length, sizes);
  const panels = targets.map(({ target, noise }) => ({
    target,
    ceiling: noise?.within10,
    own: rows.filter((row) => row.target === target),
  }));
  const titles = panels.map(({ target }) => target);
  return drawPanels(titles, sizes, {
    legend: { data: bands.map(({ name }) => name), top: 8 },
    xAxis: panels.map(({ own }, gridIndex) => ({
      gridIndex,
      type: "category" as const,
      data: own.map(({ method }) => method),
      axisLabel: { rotate: 45, interval: 0 },
    })),
    yAxis: panels.map((_, gridIndex) => ({
      gridIndex,
      type: "value" as const,
      name: gridIndex % across === 0 ? "% of test" : "",
      min: 0,
      max: 100,
    })),
    series: panels.flatMap(({ own, ceiling }, i) =>
      bands.map(({ name, of, color }, band) => ({
        name,
        type: "bar" as const,
        xAxisIndex: i,
        yAxisIndex: i,
        itemStyle: { color },
        data: own.map((row) => Math.round(1000 * row[of]) / 10),
        ...(band === 0 && ceiling !== undefined && { markLine: markCeiling(ceiling) }),
      })),
    ),
  });
}

const markCeiling = (within10: number) => ({
  silent: true,
  symbol: "none",
  lineStyle: { type: "dashed" as const, color: "#666" },
  label: { formatter: "noise ceiling ±10 %", position: "insideStartTop" as const },
  data: [{ yAxis: 100 * within10 }],
});
