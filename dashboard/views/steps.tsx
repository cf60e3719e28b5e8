/** The steps of one kernel's latency as a size of it changes: predicted, and measured where the platform has it. */
import type { EChartsOption } from "echarts";
import { useMemo } from "preact/hooks";
import { engine } from "../engine/client.js";
import type { KernelRow, Prediction } from "../engine/protocol.js";
import type { Steps as Found } from "../engine/questions.js";
import { axis, Chart, colour, tooltip } from "../parts/chart.js";
import { ms, percent, signedPercent } from "../parts/format.js";
import { Await } from "../parts/pieces.js";
import { useLater } from "../parts/use-later.js";
import { route, setParams } from "../route.js";
import { theme } from "../theme.js";

export function Steps({ prediction }: { prediction: Prediction }) {
  const ordered = useMemo(() => [...prediction.kernels].sort((a, b) => b.latencyMs - a.latencyMs), [prediction]);
  const kernel = prediction.kernels[Number(route.value.params.k ?? -1)] ?? ordered[0];
  const { field = "cout" } = route.value.params;
  const setField = (name: string) => setParams({ field: name }, true);
  const fields = useLater(() => (kernel === undefined ? undefined : engine.fields(kernel.type)), [kernel?.type]);
  if (kernel === undefined) return <p class="muted">no kernels</p>;
  return (
    <>
      <label class="field">
        kernel
        <select
          value={String(kernel.index)}
          style="max-width:100%"
          onChange={(event) => setParams({ k: event.currentTarget.value }, true)}
        >
          {ordered.slice(0, 200).map(({ index, type, text, share }) => (
            <option key={index} value={String(index)}>
              {percent(share)} {type} {text}
            </option>
          ))}
        </select>
      </label>
      <Await of={fields}>
        {(names) => {
          const chosen = names.includes(field)
            ? field
            : (["cout", "cin", "h"].find((name) => names.includes(name)) ?? names[0]!);
          return (
            <>
              <label class="field">
                changes
                <select value={chosen} onChange={(event) => setField(event.currentTarget.value)}>
                  {names.map((name) => (
                    <option key={name} value={name}>
                      {name}
                    </option>
                  ))}
                </select>
              </label>
              <StepPlot platform={prediction.platform} kernel={kernel} field={chosen} />
            </>
          );
        }}
      </Await>
    </>
  );
}

function StepPlot({ platform, kernel, field }: { platform: string; kernel: KernelRow; field: string }) {
  const points = useLater(
    () => engine.steps(platform, kernel.type, kernel.config, field),
    [platform, kernel.type, kernel.config, field],
  );
  return (
    <Await of={points}>{(found) => <StepChart found={found} at={Number(kernel.config[field])} field={field} />}</Await>
  );
}

function StepChart({ found, at, field }: { found: Found; at: number; field: string }) {
  const { points, measured, usualError } = found;
  const option = useMemo(() => stepOption(found, at, field), [found, at, field, theme.value]);
  const here = points.find(({ value }) => value === at);
  const next = points.find(({ value }) => value > at);
  if (points.length < 2) return <p class="muted">{field} cannot be changed by itself here</p>;
  return (
    <>
      <p class="small">
        {here && next
          ? `${field} ${at} → ${next.value}: ${signedPercent(next.latencyMs / here.latencyMs - 1)} for this kernel. `
          : ""}
        <span class="muted">
          Predicted, dashed where nothing like it was measured; the band is the mean error of held-out kernels of this
          type, ±{percent(usualError)}.{" "}
          {measured.length === 0
            ? "No kernel that differs in this alone was measured there."
            : `Points: ${measured.length} measured there.`}
        </span>
      </p>
      <Chart
        name={`steps-${field}`}
        height={300}
        label={`latency of the kernel over ${field}, from ${points[0]!.value} to ${points.at(-1)!.value}, with ${measured.length} measured points`}
        option={option}
      />
    </>
  );
}

function stepOption({ points, measured }: Found, at: number, field: string): EChartsOption {
  const line = (known: boolean) => ({
    type: "line" as const,
    name: known ? "predicted" : "predicted, unlike what was measured",
    symbol: "none",
    lineStyle: { color: colour("--compute"), width: 2, type: known ? ("solid" as const) : ("dashed" as const) },
    data: points.map((point) => [point.value, point.known === known ? point.latencyMs : null]),
  });
  // A band is the space between two lines stacked on each other.
  const band = (name: string, value: (point: Found["points"][number]) => number, opacity: number) => ({
    ...{ type: "line" as const, name, stack: "band", silent: true, symbol: "none", lineStyle: { opacity: 0 } },
    ...{ areaStyle: { color: colour("--compute"), opacity }, tooltip: { show: false } },
    data: points.map((point) => [point.value, value(point)]),
  });
  const [from, to] = [points[0]!.value, points.at(-1)!.value];
  const scatter = (name: string, symbol: string, size: number, data: number[][]) => ({
    ...{ type: "scatter" as const, name, symbol, symbolSize: size, data, z: 5 },
    itemStyle: { color: colour(name === "measured" ? "--overhead" : "--memory") },
  });
  return {
    grid: { left: 56, right: 16, top: 24, bottom: 44 },
    tooltip: tooltip({
      trigger: "axis",
      valueFormatter: (value: unknown) => (typeof value === "number" ? `${ms(value)} ms` : ""),
    }),
    xAxis: { type: "value", min: from, max: to, ...axis(field, { nameLocation: "middle", nameGap: 28 }) },
    yAxis: { type: "value", ...axis("ms") },
    series: [
      band("low", ({ lowMs }) => lowMs, 0),
      band("usual error", ({ lowMs, highMs }) => highMs - lowMs, 0.15),
      line(true),
      line(false),
      scatter(
        "here",
        "circle",
        9,
        points.filter(({ value }) => value === at).map(({ value, latencyMs }) => [value, latencyMs]),
      ),
      scatter(
        "measured",
        "diamond",
        10,
        measured.filter(({ value }) => value >= from && value <= to).map(({ value, latencyMs }) => [value, latencyMs]),
      ),
    ],
  } as EChartsOption;
}
