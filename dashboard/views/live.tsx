/** Jobs of the server behind the page, as they run: a model measured, a new platform brought in. */
import type { EChartsOption } from "echarts";
import { useEffect, useMemo, useState } from "preact/hooks";
import { axis, Chart, colour } from "../parts/chart.js";
import { ms, percent } from "../parts/format.js";
import { Await, PlatformSelect } from "../parts/pieces.js";
import { useLater } from "../parts/use-later.js";
import { route, setParams } from "../route.js";
import { fetchHere, fileOf, opened, platforms } from "../state.js";
import { theme } from "../theme.js";

interface Job {
  readonly id: string;
  readonly kind: string;
  readonly platform: string;
  readonly state: string;
  readonly started: string;
}

const localPlatform = "local/cpu/onnxruntime-node/fp32";

export function LiveView() {
  const [changes, setChanges] = useState(0);
  const jobs = useLater(() => ask<Job[]>("api/jobs"), [changes]);
  const { job } = route.value.params;
  const refresh = () => setChanges((n) => n + 1);
  const started = (id: string) => {
    refresh();
    setParams({ job: id });
  };
  if (jobs && "error" in jobs)
    return (
      <>
        <h1>Jobs</h1>
        <p class="notice">
          This page has no program behind it that could measure. Run <code>litepred serve</code> on the machine that is
          to be measured.
        </p>
      </>
    );
  return (
    <>
      <h1>Jobs on the server's machine</h1>
      <div class="halves">
        <MeasureForm started={started} />
        <AdaptForm started={started} />
        <SearchForm started={started} />
      </div>
      {job === undefined ? null : <Follow key={job} id={job} ended={refresh} />}
      <section class="card" aria-labelledby="jobs-title">
        <h2 id="jobs-title">Since it was started</h2>
        <Await of={jobs}>
          {(all) =>
            all.length === 0 ? (
              <p class="muted">none yet</p>
            ) : (
              <ul>
                {[...all].reverse().map(({ id, kind, platform, state, started }) => (
                  <li key={id}>
                    <button type="button" class="link" onClick={() => setParams({ job: id })}>
                      {kind}
                    </button>{" "}
                    {platform}, {state}, {new Date(started).toLocaleTimeString()}
                  </li>
                ))}
              </ul>
            )
          }
        </Await>
      </section>
    </>
  );
}

async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetchHere(path, init);
  const answer = await response.json();
  if (!response.ok) throw answer;
  return answer as T;
}

function useStart(started: (id: string) => void) {
  const [error, setError] = useState<{ message: string; hint?: string }>();
  const start = (request: Promise<Job>) =>
    request.then(
      ({ id }) => {
        setError(undefined);
        started(id);
      },
      (failure) => setError(failure),
    );
  return { start, error };
}

function MeasureForm({ started }: { started(id: string): void }) {
  const { start, error } = useStart(started);
  const [platform, setPlatform] = useState(localPlatform);
  const keys = [...opened.value];
  const [picked, setKey] = useState<string>();
  const key = picked ?? keys[0]?.[0];
  const go = async (chosen: string): Promise<Job> => {
    const file = await fileOf(chosen);
    const query = new URLSearchParams({ name: file.name, platform, protocol: "quick" });
    return ask<Job>(`api/jobs/measure?${query}`, {
      method: "POST",
      body: file,
      headers: { "content-type": "application/octet-stream" },
    });
  };
  return (
    <section class="card" aria-labelledby="measure-title">
      <h2 id="measure-title">Measure a model</h2>
      {keys.length === 0 ? <p class="muted">Open a model first.</p> : null}
      <label class="field">
        model
        <select value={key} onChange={(event) => setKey(event.currentTarget.value)} disabled={keys.length === 0}>
          {keys.map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <PlatformField value={platform} set={setPlatform} />
      <div class="row">
        <button
          type="button"
          class="primary"
          disabled={key === undefined}
          onClick={() => key !== undefined && start(go(key))}
        >
          measure
        </button>
        <span class="muted small">the file is sent to the server, and removed there afterwards</span>
      </div>
      <Await of={error && { error }} waiting="">
        {() => null}
      </Await>
    </section>
  );
}

function AdaptForm({ started }: { started(id: string): void }) {
  const { start, error } = useStart(started);
  const [platform, setPlatform] = useState(localPlatform);
  const [minutes, setMinutes] = useState(4);
  const go = () =>
    ask<Job>("api/jobs/adapt", {
      method: "POST",
      body: JSON.stringify({ platform, minutes }),
      headers: { "content-type": "application/json" },
    });
  return (
    <section class="card" aria-labelledby="adapt-title">
      <h2 id="adapt-title">Bring a platform in</h2>
      <PlatformField value={platform} set={setPlatform} />
      <label class="field">
        minutes of measuring
        <input
          type="number"
          min={0.5}
          step={0.5}
          value={minutes}
          style="width:80px"
          onChange={(event) => setMinutes(event.currentTarget.valueAsNumber)}
        />
      </label>
      <div class="row">
        <button type="button" class="primary" onClick={() => start(go())}>
          adapt
        </button>
      </div>
      <Await of={error && { error }} waiting="">
        {() => null}
      </Await>
    </section>
  );
}

function SearchForm({ started }: { started(id: string): void }) {
  const { start, error } = useStart(started);
  const ids =
    platforms.value && "value" in platforms.value ? platforms.value.value.map(({ platform }) => platform) : [];
  const [chosen, setChosen] = useState<string>();
  const [limit, setLimit] = useState(20);
  const [evaluations, setEvaluations] = useState(5000);
  const platform = chosen ?? ids[0];
  const go = (id: string) => {
    const body = JSON.stringify({ platforms: [id], maxLatencyMs: [limit], evaluations });
    return ask<Job>("api/jobs/search", { method: "POST", body, headers: { "content-type": "application/json" } });
  };
  const number = (label: string, value: number, set: (value: number) => void) => (
    <label class="field">
      {label}
      <input
        type="number"
        min={1}
        value={value}
        style="width:90px"
        onChange={(event) => set(event.currentTarget.valueAsNumber)}
      />
    </label>
  );
  return (
    <section class="card" aria-labelledby="search-title">
      <h2 id="search-title">Search the best network under a budget</h2>
      <PlatformSelect label="platform" value={platform} ids={ids} choose={setChosen} />
      <div class="row">
        {number("at most ms", limit, setLimit)}
        {number("evaluations", evaluations, setEvaluations)}
      </div>
      <div class="row">
        <button
          type="button"
          class="primary"
          disabled={platform === undefined}
          onClick={() => platform !== undefined && start(go(platform))}
        >
          search
        </button>
        <span class="muted small">Once-for-all MobileNetV3; its accuracies are predicted</span>
      </div>
      <Await of={error && { error }} waiting="">
        {() => null}
      </Await>
    </section>
  );
}

function PlatformField({ value, set }: { value: string; set(value: string): void }) {
  return (
    <label class="field">
      platform
      <input type="text" class="mono" size={36} value={value} onChange={(event) => set(event.currentTarget.value)} />
    </label>
  );
}

interface Told {
  readonly stage: string;
  readonly total: number;
  readonly done: number;
  readonly lines: readonly string[];
  readonly result?: Record<string, unknown>;
  readonly state: string;
}

const nothingTold: Told = { stage: "starting", total: 1, done: 0, lines: [], state: "running" };

function Follow({ id, ended }: { id: string; ended(): void }) {
  const [told, setTold] = useState(nothingTold);
  useEffect(() => {
    const source = new EventSource(`api/jobs/${id}/events${location.search}`);
    const on = (event: string, change: (data: never, told: Told) => Partial<Told>) =>
      source.addEventListener(event, ({ data }: MessageEvent) =>
        setTold((now) => ({ ...now, ...change(JSON.parse(data) as never, now) })),
      );
    on("stage", ({ label, total }: { label: string; total: number }, { lines }) => ({
      stage: label,
      total,
      done: 0,
      lines: [...lines, label],
    }));
    on("progress", ({ done }: { done: number }) => ({ done }));
    on("round", (round: { round: number; measurementsUsed: number; within5: number; within10: number }, { lines }) => ({
      lines: [...lines, roundText(round)],
    }));
    on("result", (result: Record<string, unknown>) => ({ result }));
    // The browser's own event of a broken connection has the same name, and no data.
    source.addEventListener("error", (event) => {
      const { data } = event as MessageEvent;
      if (typeof data === "string") setTold((now) => ({ ...now, lines: [...now.lines, JSON.parse(data).message] }));
    });
    source.addEventListener("end", ({ data }: MessageEvent) => {
      source.close();
      setTold((now) => ({ ...now, state: JSON.parse(data).state }));
      ended();
    });
    return () => source.close();
  }, [id]);
  return (
    <section class="card" aria-labelledby="follow-title" aria-live="polite">
      <div class="row between">
        <h2 id="follow-title">{told.state === "running" ? told.stage : told.state}</h2>
        {told.state === "running" ? (
          <span class="row">
            <progress aria-label="done" max={told.total} value={told.done} />
            <span class="muted">
              {told.done} of {told.total}
            </span>
            <button type="button" onClick={() => void ask(`api/jobs/${id}`, { method: "DELETE" })}>
              cancel
            </button>
          </span>
        ) : null}
      </div>
      <pre class="log" tabIndex={0}>
        {told.lines.join("\n")}
      </pre>
      {told.result === undefined ? null : <Outcome result={told.result} />}
    </section>
  );
}

const roundText = ({
  round,
  measurementsUsed,
  within5,
  within10,
}: {
  round: number;
  measurementsUsed: number;
  within5: number;
  within10: number;
}) =>
  `round ${round}: ${measurementsUsed} kernels measured, estimated within ±5 % ${percent(within5)}, ±10 % ${percent(within10)}`;

function Outcome({ result }: { result: Record<string, unknown> }) {
  const { latencyMs, observedMs, pareto } = result;
  return (
    <>
      {typeof latencyMs === "number" ? (
        <p>
          <span class="big">{ms(latencyMs)} ms</span>{" "}
          {typeof observedMs === "number" ? <span class="muted">{ms(observedMs)} ms as it just ran</span> : null}
        </p>
      ) : null}
      {Array.isArray(pareto) ? <Front found={pareto} /> : null}
      <details>
        <summary>the whole result</summary>
        <pre class="log" tabIndex={0}>
          {JSON.stringify(result, null, 2)}
        </pre>
      </details>
    </>
  );
}

interface Found {
  readonly accuracy: number;
  readonly platforms: readonly { readonly latencyMs: number }[];
}

function Front({ found }: { found: readonly Found[] }) {
  const option = useMemo(() => frontOption(found), [found, theme.value]);
  return (
    <Chart
      name="front"
      height={320}
      label={`front of ${found.length} networks: accuracy over latency`}
      option={option}
    />
  );
}

const frontOption = (found: readonly Found[]): EChartsOption => ({
  grid: { left: 56, right: 16, top: 30, bottom: 44 },
  tooltip: {
    confine: true,
    backgroundColor: colour("--card"),
    borderColor: colour("--line"),
    textStyle: { color: colour("--text") },
    formatter: (point) => {
      const [x, y] = (point as unknown as { value: [number, number] }).value;
      return `${ms(x)} ms, ${y.toFixed(2)} %`;
    },
  },
  xAxis: { type: "value", scale: true, ...axis("predicted ms", { nameLocation: "middle", nameGap: 28 }) },
  yAxis: { type: "value", scale: true, ...axis("predicted top-1 %") },
  series: [
    {
      type: "scatter",
      symbolSize: 7,
      itemStyle: { color: colour("--compute") },
      data: found.map(({ accuracy, platforms: [first] }) => [first?.latencyMs ?? 0, accuracy]),
    },
  ],
});
