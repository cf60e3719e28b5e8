/** Why it takes so long: each kernel on the platform's roofline, and the steps of one kernel's latency as a size changes. */
import type { EChartsOption } from "echarts";
import { useMemo } from "preact/hooks";
import type { Ceilings } from "../../src/analysis/index.js";
import { engine } from "../engine/client.js";
import type { KernelRow, Prediction } from "../engine/protocol.js";
import { axis, Chart, colour, tooltip } from "../parts/chart.js";
import { amount, escaped, ms, percent } from "../parts/format.js";
import { Await } from "../parts/pieces.js";
import { useLater } from "../parts/use-later.js";
import { setParams } from "../route.js";
import { theme } from "../theme.js";
import { Steps } from "./steps.js";

export function WhyTab({ prediction }: { prediction: Prediction }) {
  const ceilings = useLater(() => engine.ceilings(prediction.platform), [prediction.platform]);
  return (
    <div class="halves">
      <section class="stack" aria-labelledby="roofline-title">
        <h3 id="roofline-title">Roofline</h3>
        <Await of={ceilings}>{(found) => <RooflinePlot prediction={prediction} ceilings={found} />}</Await>
      </section>
      <section class="stack" aria-labelledby="steps-title">
        <h3 id="steps-title">Steps</h3>
        <Steps prediction={prediction} />
      </section>
    </div>
  );
}

const bounds = ["compute", "memory", "overhead"] as const;

function RooflinePlot({ prediction, ceilings }: { prediction: Prediction; ceilings: Ceilings }) {
  const { kernels } = prediction;
  const shown = useMemo(() => kernels.filter(({ flops, bytes }) => flops > 0 && bytes > 0), [kernels]);
  const bySeries = useMemo(() => bounds.map((bound) => shown.filter((kernel) => kernel.bound === bound)), [shown]);
  const option = useMemo(() => rooflineOption(bySeries, ceilings), [bySeries, ceilings, theme.value]);
  return (
    <>
      <p class="muted small">
        Ceilings from this platform's own measurements: {amount(ceilings.flopsPerMs * 1000)}FLOP/s,{" "}
        {amount(ceilings.bytesPerMs * 1000)}B/s, no kernel under {ms(1000 * ceilings.overheadMs)} µs. Bytes at 4 an
        element. The larger a point, the larger its share.
      </p>
      <Chart
        name="roofline"
        height={360}
        label={`roofline plot of ${shown.length} kernels: ${bySeries.map((series, i) => `${series.length} bound by ${bounds[i]}`).join(", ")}`}
        option={option}
        onPick={(at, series) => {
          const kernel = bySeries[series]?.[at];
          if (kernel !== undefined) setParams({ k: String(kernel.index) }, true);
        }}
      />
      <BoundSummary kernels={kernels} />
    </>
  );
}

function BoundSummary({ kernels }: { kernels: readonly KernelRow[] }) {
  const shareOf = (bound: KernelRow["bound"]) =>
    kernels.reduce((sum, kernel) => sum + (kernel.bound === bound ? kernel.share : 0), 0);
  const advice = {
    compute: "fewer or cheaper multiplications help: smaller kernels, groups, fewer channels",
    memory: "less traffic helps: fewer channels early on, larger strides, fusing, lower precision",
    overhead: "fewer kernels help: fusing, fewer and larger layers",
  };
  return (
    <dl class="facts small">
      {bounds.map((bound) => (
        <>
          <dt>{bound}</dt>
          <dd>
            {percent(shareOf(bound), 0)} of the time — {advice[bound]}
          </dd>
        </>
      ))}
    </dl>
  );
}

function rooflineOption(bySeries: readonly (readonly KernelRow[])[], ceilings: Ceilings): EChartsOption {
  const intensities = bySeries.flat().map(({ flops, bytes }) => flops / bytes);
  const [low, high] = [Math.min(0.05, ...intensities), Math.max(100, ...intensities)];
  const roof = (x: number) => Math.min(ceilings.flopsPerMs, x * ceilings.bytesPerMs) / 1e6;
  const corner = ceilings.flopsPerMs / ceilings.bytesPerMs;
  const colours = [colour("--compute"), colour("--memory"), colour("--overhead")];
  return {
    grid: { left: 56, right: 16, top: 30, bottom: 44 },
    legend: {
      top: 0,
      right: 0,
      icon: "circle",
      itemWidth: 9,
      textStyle: { color: colour("--muted") },
      data: [...bounds],
    },
    xAxis: {
      type: "log",
      min: low,
      max: high,
      ...axis("FLOPs a byte", { nameLocation: "middle", nameGap: 28 }),
      axisLabel: { color: colour("--muted"), formatter: (x: number) => String(Number(x.toPrecision(1))) },
    },
    yAxis: {
      type: "log",
      ...axis("GFLOP/s"),
      axisLabel: { color: colour("--muted"), formatter: (y: number) => String(Number(y.toPrecision(1))) },
    },
    tooltip: tooltip(),
    series: [
      ...bySeries.map((kernels, i) => ({
        name: bounds[i],
        type: "scatter" as const,
        itemStyle: { color: colours[i], opacity: 0.75 },
        symbolSize: (_: unknown, { dataIndex }: { dataIndex: number }) =>
          6 + 60 * Math.sqrt(kernels[dataIndex]!.share) * 0.6,
        data: kernels.map(({ flops, bytes, latencyMs }) => [flops / bytes, flops / latencyMs / 1e6]),
        tooltip: { formatter: ({ dataIndex }: { dataIndex: number }) => describe(kernels[dataIndex]!) },
      })),
      {
        name: "roof",
        type: "line" as const,
        silent: true,
        symbol: "none",
        lineStyle: { color: colour("--muted"), width: 1.5 },
        data: [low, Math.min(high, Math.max(low, corner)), high].map((x) => [x, roof(x)]),
      },
    ],
  } as EChartsOption;
}

const describe = ({ name, type, text, latencyMs, share }: KernelRow) =>
  `${escaped(name)}<br>${escaped(type)} ${escaped(text)}<br>${ms(latencyMs)} ms, ${percent(share)}`;
