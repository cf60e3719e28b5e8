/** A picture of accuracy over measurements: one panel for each target, the same lines in all. SVG. */
import { acrossOf, drawPanels } from "./panels.js";

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

const sizes = { columns: 4, width: 300, height: 320, inset: { left: 55, width: 80, height: 80 } };

export function plotBudgets(panels: readonly BudgetPanel[]): string {
  const across = acrossOf(panels.length, sizes);
  const titles = panels.map(({ title }) => title);
  return drawPanels(titles, sizes, {
    legend: { data: [...new Set(panels.flatMap(({ lines }) => lines.map(({ name }) => name)))], top: 8 },
    xAxis: budgetAxes(panels),
    yAxis: panels.map((_, i) => shareAxis(i, i % across === 0)),
    series: panels.flatMap(({ lines }, i) => lines.map((line) => seriesOf(line, i))),
  });
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
