/** One model: its totals on every platform, and what one of them spends the time on. */
import { useState } from "preact/hooks";
import type { ModelFacts, ModelInput, PoolPlatform, Prediction, Total } from "../engine/protocol.js";
import { megabytes, ms, percent } from "../parts/format.js";
import { Await, PlatformName, Tabs } from "../parts/pieces.js";
import { saveJson } from "../parts/save.js";
import { useLater } from "../parts/use-later.js";
import { route, setParams } from "../route.js";
import { inputsText, level, openModel, parseInputs, platforms, predict } from "../state.js";
import { DropZone, FileButton } from "./drop.js";
import { GraphTab } from "./graph.js";
import { KernelsTab } from "./kernels.js";
import { PlatformTable } from "./platforms.js";
import { WhatIfTab } from "./what-if.js";
import { WhyTab } from "./why.js";

export function ModelView() {
  const { m, in: inputs } = route.value.params;
  const model = useLater(() => (m === undefined ? undefined : openModel(m, parseInputs(inputs))), [m, inputs]);
  if (m === undefined) return <DropZone />;
  if (model && "error" in model)
    return (
      <>
        <Await of={model}>{() => null}</Await>
        <DropZone />
      </>
    );
  return (
    <Await of={model} waiting="reading the model…">
      {(facts) => (
        <>
          <ModelHead facts={facts} />
          <Await of={platforms.value} waiting="loading the pool…">
            {(pool) => <Platforms facts={facts} pool={pool} />}
          </Await>
        </>
      )}
    </Await>
  );
}

function ModelHead({ facts }: { facts: ModelFacts }) {
  return (
    <div class="row between">
      <div>
        <h1>{facts.name}</h1>
        <p class="muted small">
          {megabytes(facts.bytes)} · {facts.nodes} nodes after folding
        </p>
      </div>
      <div class="row no-print">
        <ShapeForm facts={facts} />
        <label class="field">
          interval
          <select value={String(level.value)} onChange={(event) => (level.value = Number(event.currentTarget.value))}>
            {[0.5, 0.8, 0.9, 0.95].map((value) => (
              <option key={value} value={String(value)}>
                {percent(value, 0)}
              </option>
            ))}
          </select>
        </label>
        <FileButton title="open another" />
      </div>
    </div>
  );
}

function ShapeForm({ facts }: { facts: ModelFacts }) {
  const text = (shape: readonly number[]) => shape.join("×");
  const apply = (changed: ModelInput) =>
    setParams({ in: inputsText(facts.inputs.map((input) => (input.name === changed.name ? changed : input))) });
  return (
    <>
      {facts.inputs.slice(0, 4).map(({ name, shape }) => (
        <label class="field" key={`${name}${shape}`}>
          <span class="mono">{name}</span>
          <input
            type="text"
            class="mono"
            size={Math.max(10, text(shape).length)}
            defaultValue={text(shape)}
            aria-label={`shape of ${name}, sizes with × between`}
            onChange={(event) => {
              const sizes = event.currentTarget.value.split(/[×x,\s]+/).map(Number);
              if (sizes.length > 0 && sizes.every((size) => Number.isInteger(size) && size > 0))
                apply({ name, shape: sizes });
              else event.currentTarget.value = text(shape);
            }}
          />
        </label>
      ))}
    </>
  );
}

function Platforms({ facts, pool }: { facts: ModelFacts; pool: readonly PoolPlatform[] }) {
  const [fastest, setFastest] = useState<string>();
  const chosen = route.value.params.p ?? fastest;
  // Asked for before the table asks for all the others, so that it is there first.
  if (route.value.params.p !== undefined) predict(facts.id, route.value.params.p).catch(() => undefined);
  const onTotals = (totals: readonly Total[]) => {
    if (totals.length === pool.length) setFastest([...totals].sort((a, b) => a.latencyMs - b.latencyMs)[0]?.platform);
  };
  return (
    <>
      <section class="card" aria-labelledby="platforms-title">
        <h2 id="platforms-title">On {pool.length} platforms</h2>
        <PlatformTable facts={facts} pool={pool} chosen={chosen} onTotals={onTotals} />
      </section>
      {chosen === undefined ? null : <Detail facts={facts} platform={chosen} />}
    </>
  );
}

const tabs = [
  { id: "kernels", title: "Kernels" },
  { id: "graph", title: "Graph" },
  { id: "why", title: "Why slow" },
  { id: "what-if", title: "What if" },
] as const;

function Detail({ facts, platform }: { facts: ModelFacts; platform: string }) {
  const prediction = useLater(() => predict(facts.id, platform), [facts.id, platform, level.value]);
  const tab = tabs.find(({ id }) => id === route.value.params.tab)?.id ?? "kernels";
  return (
    <section class="card" aria-labelledby="detail-title">
      <Await of={prediction}>{(p) => <DetailHead facts={facts} prediction={p} />}</Await>
      <Tabs label="what is shown of it" tabs={tabs} chosen={tab} choose={(id) => setParams({ tab: id }, true)} />
      <div role="tabpanel" id="panel" aria-labelledby={`tab-${tab}`} class="stack">
        <Await of={prediction}>
          {(p) => (
            <>
              {tab === "kernels" ? <KernelsTab facts={facts} prediction={p} /> : null}
              {tab === "graph" ? <GraphTab facts={facts} prediction={p} /> : null}
              {tab === "why" ? <WhyTab prediction={p} /> : null}
              {tab === "what-if" ? <WhatIfTab facts={facts} prediction={p} /> : null}
            </>
          )}
        </Await>
      </div>
    </section>
  );
}

function DetailHead({ facts, prediction }: { facts: ModelFacts; prediction: Prediction }) {
  const { interval, coverage, unpredicted } = prediction;
  return (
    <>
      <div class="row between">
        <h2 id="detail-title">
          <PlatformName id={prediction.platform} />
        </h2>
        <p>
          <span class="big" data-testid="total">
            {ms(prediction.latencyMs)} ms
          </span>{" "}
          <span class="muted">
            {percent(interval.level, 0)} interval {ms(interval.lowMs)} – {ms(interval.highMs)} ms ·{" "}
            {percent(coverage.kernels, 0)} of kernels covered
            <br />
            <span class="small">
              kernels alone sum to {ms(prediction.sumMs)} ms; whole networks measured there correct it by ×
              {(prediction.latencyMs / prediction.sumMs).toFixed(2)}
            </span>
          </span>
        </p>
        <button
          type="button"
          class="link small no-print"
          onClick={() => saveJson(`${facts.name}.json`, { model: facts.name, ...prediction })}
        >
          save as JSON
        </button>
      </div>
      {unpredicted.length === 0 ? null : (
        <details class="notice">
          <summary>{unpredicted.length} kernels are estimated, not predicted; the interval is wider for it</summary>
          <ul class="small">
            {unpredicted.slice(0, 50).map(({ node, operator, reason }) => (
              <li key={node}>
                <code>{node}</code> ({operator}): {reason}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
