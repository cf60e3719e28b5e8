/** A picture of accuracy over measurements: one panel for each target, the same lines in all. SVG. */
import { init } from "echarts";

export interface BudgetLine {
  readonly name: string;
  readonly dashed?: boolean;
  /** Measurements, and the share within ±10 % in percent. */
  readonly points: readonly (readonly [number, number])[];
}

export interface BudgetPanel {
  readonly title: string;
  readonly lines: readonly BudgetLine[];
}

const panelWidth = 300;
const panelHeight = 320;
const headHeight = 40;
const columns = 4;

export function plotBudgets(panels: readonly BudgetPanel[]): string {
  const across = Math.min(columns, panels.length);
  const rows = Math.ceil(panels.length / across);
  const place = (i: number) => ({
    left: panelWidth * (i % across),
    top: headHeight + panelHeight * Math.floor(i / across),
  });
  const budgets = panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(([budget]) => budget)));
  const ticks = [...new Set(budgets)].sort((a, b) => a - b);
  const range = { min: 0.85 * Math.min(...budgets), max: 1.2 * Math.max(...budgets) };
  const chart = init(null, null, {
    renderer: "svg",
    ssr: true,
    width: panelWidth * across,
    height: headHeight + panelHeight * rows,
  });
  chart.setOption({
    animation: false,
    backgroundColor: "#fff",
    legend: { data: [...new Set(panels.flatMap(({ lines }) => lines.map(({ name }) => name)))], top: 8 },
    title: panels.map(({ title }, i) => ({
      text: title,
      left: place(i).left + panelWidth / 2,
      top: place(i).top,
      textAlign: "center" as const,
      textStyle: { fontSize: 12, fontWeight: "normal" as const },
    })),
    grid: panels.map((_, i) => ({
      left: place(i).left + 55,
      width: panelWidth - 80,
      top: place(i).top + 30,
      height: panelHeight - 80,
    })),
    xAxis: panels.map((_, gridIndex) => ({
      gridIndex,
      type: "log" as const,
      name: "measurements",
      nameLocation: "middle" as const,
      nameGap: 26,
      ...range,
      axisLabel: { customValues: ticks, formatter: (value: number) => String(Math.round(value)) },
      axisTick: { customValues: ticks },
      splitLine: { show: false },
    })),
    yAxis: panels.map((_, gridIndex) => ({
      gridIndex,
      type: "value" as const,
      name: gridIndex % across === 0 ? "within ±10 %, %" : "",
      nameLocation: "middle" as const,
      nameGap: 34,
      max: 100,
      scale: true,
    })),
    series: panels.flatMap(({ lines }, i) =>
      lines.map(({ name, dashed, points }) => ({
        name,
        type: "line" as const,
        xAxisIndex: i,
        yAxisIndex: i,
        lineStyle: { type: dashed ? ("dashed" as const) : ("solid" as const) },
        data: points.map((point) => [...point]),
      })),
    ),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
