/** A picture of the table of baselines: share within ±5 and ±10 % by method, a panel for each target. SVG. */
import { init } from "echarts";
import type { BaselinesReport } from "../baselines/report.js";

const panelWidth = 420;
const panelHeight = 320;
const headHeight = 40;
const columns = 2;
const bands = [
  { name: "within ±10 %", of: "within10", color: "#3b6fb6" },
  { name: "within ±5 %", of: "within5", color: "#a9c4e6" },
] as const;

export function plotBaselines({ targets, rows }: BaselinesReport): string {
  const across = Math.max(1, Math.min(columns, targets.length));
  const place = (i: number) => ({
    left: panelWidth * (i % across),
    top: headHeight + panelHeight * Math.floor(i / across),
  });
  const panels = targets.map(({ target, noise }) => ({
    target,
    ceiling: noise?.within10,
    own: rows.filter((row) => row.target === target),
  }));
  const chart = init(null, null, {
    renderer: "svg",
    ssr: true,
    width: panelWidth * across,
    height: headHeight + panelHeight * Math.max(1, Math.ceil(panels.length / across)),
  });
  chart.setOption({
    animation: false,
    backgroundColor: "#fff",
    legend: { data: bands.map(({ name }) => name), top: 8 },
    title: panels.map(({ target }, i) => ({
      text: target,
      left: place(i).left + panelWidth / 2,
      top: place(i).top,
      textAlign: "center" as const,
      textStyle: { fontSize: 12, fontWeight: "normal" as const },
    })),
    grid: panels.map((_, i) => ({
      left: place(i).left + 50,
      width: panelWidth - 70,
      top: place(i).top + 30,
      height: panelHeight - 110,
    })),
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
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

const markCeiling = (within10: number) => ({
  silent: true,
  symbol: "none",
  lineStyle: { type: "dashed" as const, color: "#666" },
  label: { formatter: "noise ceiling ±10 %", position: "insideStartTop" as const },
  data: [{ yAxis: 100 * within10 }],
});
