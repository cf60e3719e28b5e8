/** One job: what it tells while it runs, or has told. */
import { useEffect, useState } from "preact/hooks";
import { ms } from "../../parts/format.js";
import { saveJson } from "../../parts/save.js";
import { FrontSection } from "./front.js";
import { ask } from "./jobs.js";
import { RoundsSection } from "./rounds.js";
import { ScatterSection } from "./scatter.js";
import { changes, nothingTold, type Told } from "./told.js";

export function Follow({ id, of, ended }: { id: string; of: string; ended(): void }) {
  const told = useTold(id, ended);
  return (
    <section class="card" aria-labelledby="follow-title">
      <div class="row between">
        <h2 id="follow-title" aria-live="polite">
          {told.state === "running" ? told.stage : `${of} ${told.state}`.trim()}
        </h2>
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
      {told.note === "" || told.state !== "running" ? null : <p class="muted small">{told.note}</p>}
      <RoundsSection rounds={told.rounds} />
      <ScatterSection rounds={told.rounds} networks={told.networks} />
      <FrontSection fronts={told.fronts} found={told.result?.pareto} />
      {told.lines.length === 0 ? null : (
        <pre class="log" tabIndex={0}>
          {told.lines.join("\n")}
        </pre>
      )}
      {told.result === undefined ? null : <Outcome result={told.result} />}
    </section>
  );
}

/** Events that came at once, as those of an earlier job do, are drawn at once. */
function useTold(id: string, ended: () => void): Told {
  const [told, setTold] = useState(nothingTold);
  useEffect(() => {
    const source = new EventSource(`api/jobs/${id}/events${location.search}`);
    let now = nothingTold;
    let drawing = 0;
    const draw = () => {
      drawing = 0;
      setTold(now);
    };
    for (const [name, change] of Object.entries(changes))
      source.addEventListener(name, ({ data }: MessageEvent) => {
        if (typeof data !== "string") return;
        now = change(now, JSON.parse(data) as never);
        drawing ||= requestAnimationFrame(draw);
        if (name !== "end") return;
        source.close();
        ended();
      });
    return () => {
      source.close();
      cancelAnimationFrame(drawing);
    };
  }, [id]);
  return told;
}

function Outcome({ result }: { result: Record<string, unknown> }) {
  const { latencyMs, observedMs } = result;
  return (
    <>
      {typeof latencyMs === "number" ? (
        <p>
          <span class="big">{ms(latencyMs)} ms</span>{" "}
          {typeof observedMs === "number" ? <span class="muted">{ms(observedMs)} ms as it just ran</span> : null}
        </p>
      ) : null}
      <details>
        <summary>the whole result</summary>
        <pre class="log" tabIndex={0}>
          {JSON.stringify(result, null, 2)}
        </pre>
      </details>
      <button
        type="button"
        class="link small no-print"
        style="justify-self:start"
        onClick={() => saveJson("job.json", result)}
      >
        save as JSON
      </button>
    </>
  );
}
