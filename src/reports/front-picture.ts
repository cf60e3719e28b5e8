/** A picture of a front: top-1 over latency, a panel for each platform. SVG. */
import type { FoundArchitecture, Front } from "./front.js";

const panelWidth = 480;
const height = 380;

/** The library that draws is loaded when something is drawn: it takes as long as a command to start. */
export async function frontPicture({ pareto, best, limitsMs }: Front): Promise<string> {
  const { init } = await import("./charts.js");
  const platforms = limitsMs.map((limitMs, i) => ({ name: pareto[0]?.platforms[i]?.platform ?? "", limitMs, i }));
  const chart = init(null, null, { renderer: "svg", ssr: true, width: panelWidth * platforms.length, height });
  chart.setOption({
    animation: false,
    backgroundColor: "#fff",
    legend: { top: 4, data: ["front, predicted", "measured", "best"] },
    title: platforms.map(({ name, i }) => ({
      text: name,
      left: panelWidth * (i + 0.5),
      top: 30,
      textAlign: "center" as const,
      textStyle: { fontSize: 12, fontWeight: "normal" as const },
    })),
    grid: platforms.map(({ i }) => ({
      left: panelWidth * i + 60,
      width: panelWidth - 90,
      top: 60,
      height: height - 115,
    })),
    xAxis: platforms.map(({ i }) => ({ ...axis("latency, ms", 26), gridIndex: i })),
    yAxis: platforms.map(({ i }) => ({ ...axis("top-1, %", 40), gridIndex: i })),
    series: platforms.flatMap(({ i, limitMs }) => seriesOf(pareto, best, i, limitMs)),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

const axis = (name: string, nameGap: number) => ({
  ...{ type: "value" as const, name, nameLocation: "middle" as const, nameGap, scale: true },
});

function seriesOf(pareto: Front["pareto"], best: Front["best"], i: number, limitMs: number | undefined) {
  const at = { type: "scatter" as const, xAxisIndex: i, yAxisIndex: i };
  const predicted = (one: FoundArchitecture) => [one.platforms[i]!.latencyMs, one.accuracy];
  const measured = pareto.flatMap((one) => {
    const { measuredMs } = one.platforms[i]!;
    return measuredMs === undefined ? [] : [[measuredMs, one.accuracy]];
  });
  const limit = limitMs === undefined ? {} : { markLine: budgetLine(limitMs) };
  return [
    { ...at, ...limit, name: "front, predicted", symbolSize: 5, data: pareto.map(predicted) },
    { ...at, name: "measured", symbol: "diamond", symbolSize: 10, data: measured },
    { ...at, name: "best", symbol: "triangle", symbolSize: 12, data: best.slice(0, 1).map(predicted) },
  ];
}

const budgetLine = (limitMs: number) => ({
  symbol: "none",
  label: { formatter: `${limitMs} ms` },
  data: [{ xAxis: limitMs }],
});
