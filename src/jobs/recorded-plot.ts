/** A picture of the table over recorded platforms: share within ±10 % over the budget, a panel for each target. */
import { init } from "echarts";
import type { RecordedCell } from "../evaluation/index.js";

/** How much more data training from scratch is given for comparison: the claim of LitePred, §6.4. */
const moreData = 2.5;
const panelWidth = 300;
const height = 380;

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
  const chart = init(null, null, { renderer: "svg", ssr: true, width: panelWidth * targets.length, height });
  chart.setOption({
    animation: false,
    backgroundColor: "#fff",
    legend: { data: lines.map(({ name }) => name), top: 8 },
    title: targets.map((target, i) => ({
      text: target,
      left: panelWidth * (i + 0.5),
      top: 36,
      textAlign: "center" as const,
      textStyle: { fontSize: 13, fontWeight: "normal" as const },
    })),
    grid: targets.map((_, i) => ({ left: panelWidth * i + 55, width: panelWidth - 80, top: 66, bottom: 50 })),
    xAxis: targets.map((_, gridIndex) => ({
      gridIndex,
      type: "log" as const,
      name: "measurements",
      nameLocation: "middle" as const,
      nameGap: 26,
      min: 50,
      max: 1200,
    })),
    yAxis: targets.map((_, gridIndex) => ({
      gridIndex,
      type: "value" as const,
      name: gridIndex === 0 ? "within ±10 %, %" : "",
      max: 100,
      scale: true,
    })),
    series: targets.flatMap((target, i) =>
      lines.map(({ name, ...line }) => ({
        name,
        type: "line" as const,
        xAxisIndex: i,
        yAxisIndex: i,
        ...(line.factor === moreData && { lineStyle: { type: "dashed" as const } }),
        data: linePoints(
          cells.filter((cell) => cell.target === target),
          line,
        ),
      })),
    ),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
