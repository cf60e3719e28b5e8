/** Predicted against measured, each by a fit that has not seen it: kernels of the last round, and whole networks. */
import type { EChartsOption } from "echarts";
import { useMemo } from "preact/hooks";
import type { HeldOutPoint } from "../../../src/transfer/index.js";
import { axis, Chart, colour, tooltip } from "../../parts/chart.js";
import { ms, percent } from "../../parts/format.js";
import { theme } from "../../theme.js";
import type { Round } from "./told.js";

interface Labelled extends HeldOutPoint {
  readonly label: string;
}

export function ScatterSection({ rounds, networks }: { rounds: readonly Round[]; networks: readonly HeldOutPoint[] }) {
  const last = rounds.at(-1);
  const kernels = useMemo(
    () => (last?.kernels ?? []).flatMap(({ type, points }) => points.map((point) => ({ ...point, label: type }))),
    [last],
  );
  const whole = useMemo(() => networks.map((point) => ({ ...point, label: "network" })), [networks]);
  if (kernels.length === 0 && whole.length === 0) return null;
  return (
    <div class="halves">
      {kernels.length === 0 ? null : <Scatter title="Kernels" points={kernels} />}
      {whole.length === 0 ? null : <Scatter title="Whole networks" points={whole} />}
    </div>
  );
}

function Scatter({ title, points }: { title: string; points: readonly Labelled[] }) {
  const option = useMemo(() => scatterOption(points), [points, theme.value]);
  const within = points.filter(({ predictedMs, measuredMs }) => Math.abs(predictedMs / measuredMs - 1) <= 0.1).length;
  const text = `${points.length} measured, ${percent(within / points.length, 0)} predicted within ±10 % by a fit without them`;
  return (
    <section class="stack">
      <h3>{title}</h3>
      <p class="small muted">{text}</p>
      <Chart name={`predicted-${title.toLowerCase()}`} height={300} label={`${title}: ${text}`} option={option} />
    </section>
  );
}

function scatterOption(points: readonly Labelled[]): EChartsOption {
  const all = points.flatMap(({ predictedMs, measuredMs }) => [predictedMs, measuredMs]);
  const [low, high] = [Math.min(...all) / 1.2, Math.max(...all) * 1.2];
  const scale = (name: string) => ({
    ...axis(name, { nameLocation: "middle", nameGap: 34 }),
    type: "log" as const,
    min: low,
    max: high,
    axisLabel: {
      color: colour("--muted"),
      formatter: (value: number) => ms(value),
      hideOverlap: true,
      showMinLabel: false,
      showMaxLabel: false,
    },
  });
  return {
    grid: { left: 62, right: 16, top: 16, bottom: 48 },
    tooltip: tooltip({
      formatter: (at: unknown) => {
        const { label, predictedMs, measuredMs } = points[(at as { dataIndex: number }).dataIndex]!;
        return `${label}<br>measured ${ms(measuredMs)} ms, predicted ${ms(predictedMs)} ms`;
      },
    }),
    xAxis: scale("measured ms"),
    yAxis: scale("predicted ms"),
    series: [
      {
        type: "scatter",
        symbolSize: 6,
        itemStyle: { color: colour("--compute"), opacity: 0.6 },
        data: points.map(({ predictedMs, measuredMs }) => [measuredMs, predictedMs]),
      },
      {
        type: "line",
        silent: true,
        symbol: "none",
        lineStyle: { color: colour("--muted"), width: 1 },
        data: [
          [low, low],
          [high, high],
        ],
      },
    ],
  } as EChartsOption;
}
