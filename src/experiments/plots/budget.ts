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
    ...placesOf(panels, across),
    xAxis: budgetAxes(panels),
    yAxis: panels.map((_, i) => shareAxis(i, i % across === 0)),
    series: panels.flatMap(({ lines }, i) => lines.map((line) => seriesOf(line, i))),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

/** Titles and grids of the panels, row by row. */
function placesOf(panels: readonly BudgetPanel[], across: number) {
  const place = (i: number) => ({
    left: panelWidth * (i % across),
    top: headHeight + panelHeight * Math.floor(i / across),
  });
  return {
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
  };
}

/** The same range and ticks in all panels. */
function budgetAxes(panels: readonly BudgetPanel[]) {
  const budgets = panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(([budget]) => budget)));
  const ticks = [...new Set(budgets)].sort((a, b) => a - b);
  return panels.map((_, gridIndex) => ({
    gridIndex,
    type: "log" as const,
    name: "measurements",
    nameLocation: "middle" as const,
    nameGap: 26,
    min: 0.85 * Math.min(...budgets),
    max: 1.2 * Math.max(...budgets),
    axisLabel: { customValues: ticks, formatter: (value: number) => String(Math.round(value)) },
    axisTick: { customValues: ticks },
    splitLine: { show: false },
  }));
}

const shareAxis = (gridIndex: number, isFirst: boolean) => ({
  gridIndex,
  type: "value" as const,
  name: isFirst ? "within ±10 %, %" : "",
  nameLocation: "middle" as const,
  nameGap: 34,
  max: 100,
  scale: true,
});

const seriesOf = ({ name, dashed, points }: BudgetLine, axis: number) => ({
  name,
  type: "line" as const,
  xAxisIndex: axis,
  yAxisIndex: axis,
  lineStyle: { type: dashed ? ("dashed" as const) : ("solid" as const) },
  data: points.map((point) => [...point]),
});
