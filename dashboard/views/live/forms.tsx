/** What can be started: a model measured, a platform brought in, a search. */
import { useState } from "preact/hooks";
import { Await, PlatformSelect } from "../../parts/pieces.js";
import { fileOf, opened, platforms } from "../../state.js";
import { ask, type Job } from "./jobs.js";

const localPlatform = "local/cpu/onnxruntime-node/fp32";

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

export function MeasureForm({ started }: { started(id: string): void }) {
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

export function AdaptForm({ started }: { started(id: string): void }) {
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

export function SearchForm({ started }: { started(id: string): void }) {
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
