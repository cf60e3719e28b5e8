/** A search as it runs: the front, and how much it dominates, generation by generation. */
import type { EChartsOption } from "echarts";
import { useMemo } from "preact/hooks";
import type { FrontSoFar } from "../../../src/search/index.js";
import { axis, Chart, colour, tooltip } from "../../parts/chart.js";
import { ms } from "../../parts/format.js";
import { theme } from "../../theme.js";

interface Found {
  readonly accuracy: number;
  readonly platforms: readonly { readonly latencyMs: number; readonly measuredMs?: number }[];
}

/** `found`: the front of the result, once it is there. */
export function FrontSection({ fronts, found }: { fronts: readonly FrontSoFar[]; found: unknown }) {
  const points = useMemo(
    () => (Array.isArray(found) ? pointsFound(found as Found[]) : pointsSoFar(fronts.at(-1))),
    [fronts, found],
  );
  const front = useMemo(() => frontOption(points), [points, theme.value]);
  const volume = useMemo(() => volumeOption(fronts), [fronts, theme.value]);
  const last = fronts.at(-1);
  if (points.length === 0 && last === undefined) return null;
  return (
    <div class="halves">
      <section class="stack">
        <h3>Front</h3>
        <Chart
          name="front"
          height={300}
          label={`front of ${points.length} networks: accuracy over latency`}
          option={front}
        />
      </section>
      {last === undefined ? null : (
        <section class="stack">
          <h3>Hypervolume</h3>
          <Chart
            name="hypervolume"
            height={300}
            label={`hypervolume ${last.hypervolume.toFixed(3)} after ${last.evaluated} evaluations`}
            option={volume}
          />
        </section>
      )}
    </div>
  );
}

type FrontPoint = readonly [latencyMs: number, accuracy: number];

const pointsFound = (found: readonly Found[]): FrontPoint[] =>
  found.map(({ accuracy, platforms: [first] }) => [first?.latencyMs ?? 0, accuracy]);

/** Objectives of the page's searches: accuracy, negated since all are made small, then latency. */
const pointsSoFar = (front: FrontSoFar | undefined): FrontPoint[] =>
  (front?.points ?? []).map((values) => [values[1]!, -values[0]!]);

const frontOption = (points: readonly FrontPoint[]): EChartsOption => ({
  grid: { left: 56, right: 16, top: 30, bottom: 44 },
  tooltip: tooltip({
    formatter: (point: unknown) => {
      const [x, y] = (point as { value: [number, number] }).value;
      return `${ms(x)} ms, ${y.toFixed(2)} %`;
    },
  }),
  xAxis: { type: "value", scale: true, ...axis("predicted ms", { nameLocation: "middle", nameGap: 28 }) },
  yAxis: { type: "value", scale: true, ...axis("predicted top-1 %") },
  series: [
    {
      type: "scatter",
      symbolSize: 7,
      itemStyle: { color: colour("--compute") },
      data: points.map(([x, y]) => [x, y]),
    },
  ],
});

const volumeOption = (fronts: readonly FrontSoFar[]): EChartsOption => ({
  grid: { left: 56, right: 16, top: 30, bottom: 44 },
  tooltip: tooltip({ trigger: "axis" }),
  xAxis: { type: "value", max: "dataMax", ...axis("evaluations", { nameLocation: "middle", nameGap: 28 }) },
  yAxis: { type: "value", scale: true, ...axis("share of the first box") },
  series: [
    {
      type: "line",
      symbol: "none",
      lineStyle: { color: colour("--compute"), width: 2 },
      data: fronts.map(({ evaluated, hypervolume }) => [evaluated, Number(hypervolume.toFixed(4))]),
    },
  ],
});
