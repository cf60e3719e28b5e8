/** Layers changed one after the other, or the precision, and the model's new total. The changes stand in the address. */
import { type Edit, editableActivations, type Layer } from "../../src/analysis/index.js";
import { engine } from "../engine/client.js";
import type { KernelRow, ModelFacts, Prediction, Total } from "../engine/protocol.js";
import { ms, percent, signedPercent } from "../parts/format.js";
import { Await } from "../parts/pieces.js";
import { useLater } from "../parts/use-later.js";
import { route, setParams } from "../route.js";
import { level, platforms, total } from "../state.js";

export function WhatIfTab({ facts, prediction }: { facts: ModelFacts; prediction: Prediction }) {
  const edits = parseEdits(route.value.params.edits);
  const setEdits = (next: readonly Edit[]) =>
    setParams({ edits: next.length === 0 ? undefined : JSON.stringify(next) });
  const ordered = [...prediction.kernels].sort((a, b) => b.latencyMs - a.latencyMs);
  const kernel =
    prediction.kernels[Number(route.value.params.k ?? -1)] ??
    ordered.find(({ type }) => /conv|fc|matmul/.test(type)) ??
    ordered[0];
  return (
    <div class="halves">
      <section class="stack" aria-labelledby="change-title">
        <h3 id="change-title">Change a layer</h3>
        <label class="field">
          layer
          <select
            style="max-width:100%"
            value={String(kernel?.index)}
            onChange={(event) => setParams({ k: event.currentTarget.value }, true)}
          >
            {ordered.slice(0, 300).map(({ index, type, text, share }) => (
              <option key={index} value={String(index)}>
                {percent(share)} {type} {text}
              </option>
            ))}
          </select>
        </label>
        <PrecisionField platform={prediction.platform} />
        {kernel === undefined ? null : (
          <LayerForm
            facts={facts}
            kernel={kernel}
            edits={edits}
            add={(edit) => setEdits([...without(edits, edit), edit])}
          />
        )}
      </section>
      <section class="stack" aria-labelledby="result-title" aria-live="polite">
        <h3 id="result-title">What comes of it</h3>
        <Result facts={facts} prediction={prediction} edits={edits} remove={(edit) => setEdits(without(edits, edit))} />
      </section>
    </div>
  );
}

/** What the same device and engine are in the pool with: the number formats that this model could be run in. */
function PrecisionField({ platform }: { platform: string }) {
  const pool = platforms.value && "value" in platforms.value ? platforms.value.value : [];
  const others = pool
    .map((entry) => entry.platform)
    .filter((id) => apartFromPrecision(id) === apartFromPrecision(platform));
  if (others.length < 2)
    return (
      <p class="muted small">The pool has this device and engine in one precision only, {precisionOf(platform)}.</p>
    );
  return (
    <label class="field">
      precision
      <select
        value={route.value.params.as ?? platform}
        onChange={({ currentTarget: { value } }) => setParams({ as: value === platform ? undefined : value }, true)}
      >
        {others.map((id) => (
          <option key={id} value={id}>
            {precisionOf(id)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** `fp32?threads=1` → `fp32`. */
const precisionOf = (id: string) => id.slice(id.lastIndexOf("/") + 1).split("?")[0]!;
const apartFromPrecision = (id: string) => id.replace(/\/[^/?]*(\?.*)?$/, "$1");

const without = (edits: readonly Edit[], { node, what }: Edit) =>
  edits.filter((edit) => edit.node !== node || edit.what !== what);

function parseEdits(text: string | undefined): readonly Edit[] {
  try {
    const edits: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(edits)
      ? edits.filter((edit) => typeof edit?.node === "string" && typeof edit.what === "string")
      : [];
  } catch {
    return [];
  }
}

interface LayerFormProps {
  readonly facts: ModelFacts;
  readonly kernel: KernelRow;
  readonly edits: readonly Edit[];
  add(edit: Edit): void;
}

function LayerForm({ facts, kernel, edits, add }: LayerFormProps) {
  const layer = useLater(() => engine.layer(facts.id, kernel.nodes), [facts.id, kernel.nodes]);
  return (
    <Await of={layer}>
      {(found) =>
        found === null ? (
          <p class="muted">A {kernel.type} kernel has no weights to change: choose a convolution or a dense layer.</p>
        ) : (
          <Fields layer={found} kernel={kernel} edits={edits} add={add} />
        )
      }
    </Await>
  );
}

function Fields({
  layer,
  kernel,
  edits,
  add,
}: {
  layer: Layer;
  kernel: KernelRow;
  edits: readonly Edit[];
  add(edit: Edit): void;
}) {
  const now = (what: Edit["what"], before: number | string | undefined) =>
    edits.find((edit) => edit.node === layer.node && edit.what === what)?.to ?? before;
  const number = (what: "width" | "kernel" | "stride", before: number | undefined) =>
    before === undefined ? null : (
      <label class="field">
        {what}
        <input
          type="number"
          min={1}
          max={what === "width" ? 8192 : 15}
          style="width:90px"
          key={`${layer.node}${now(what, before)}`}
          defaultValue={String(now(what, before))}
          onChange={(event) => add({ node: layer.node, what, to: event.currentTarget.valueAsNumber })}
        />
      </label>
    );
  return (
    <>
      <p class="small mono" style="overflow-wrap:anywhere">
        {layer.node}
      </p>
      <div class="row">
        {number("width", layer.width)}
        {number("kernel", layer.kernel)}
        {number("stride", layer.stride)}
        <label class="field">
          activation
          <select
            value={String(now("activation", kernel.config.activation ?? "none"))}
            onChange={(event) => add({ node: layer.node, what: "activation", to: event.currentTarget.value })}
          >
            {[...new Set([String(kernel.config.activation ?? "none"), ...editableActivations])].map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p class="muted small">
        Layers that depend on it follow: what reads more channels, what is added to it, depthwise convolutions in
        between. Weights do not matter for the time.
      </p>
    </>
  );
}

interface ResultProps {
  readonly facts: ModelFacts;
  readonly prediction: Prediction;
  readonly edits: readonly Edit[];
  remove(edit: Edit): void;
}

function Result({ facts, prediction, edits, remove }: ResultProps) {
  const { as } = route.value.params;
  const platform =
    as !== undefined && apartFromPrecision(as) === apartFromPrecision(prediction.platform) ? as : prediction.platform;
  const isSame = platform === prediction.platform;
  const changed = useLater(
    async () => total(edits.length === 0 ? facts.id : (await engine.edit(facts.id, edits)).id, platform),
    [facts.id, platform, edits, level.value],
  );
  if (edits.length === 0 && isSame) return <p class="muted">Nothing is changed yet: {ms(prediction.latencyMs)} ms.</p>;
  return (
    <>
      <ul class="stack" style="list-style:none;margin:0;padding:0">
        {isSame ? null : (
          <li class="row">
            {precisionOf(prediction.platform)} → {precisionOf(platform)}
            <button type="button" onClick={() => setParams({ as: undefined }, true)} aria-label="take back: precision">
              take back
            </button>
          </li>
        )}
        {edits.map((edit) => (
          <li key={`${edit.node}${edit.what}`} class="row">
            <span class="mono" style="overflow-wrap:anywhere">
              {edit.node}
            </span>
            {edit.what} {edit.to}
            <button type="button" onClick={() => remove(edit)} aria-label={`take back: ${edit.what} of ${edit.node}`}>
              take back
            </button>
          </li>
        ))}
      </ul>
      <Await of={changed}>{(found) => <Difference before={prediction} after={found} />}</Await>
    </>
  );
}

function Difference({ before, after }: { before: Prediction; after: Total }) {
  const change = after.latencyMs / before.latencyMs - 1;
  return (
    <p>
      <span class="big" data-testid="what-if-total">
        {ms(after.latencyMs)} ms
      </span>{" "}
      <span class={change > 0 ? "worse" : "better"}>{signedPercent(change)}</span>{" "}
      <span class="muted">
        from {ms(before.latencyMs)} ms; {percent(after.interval.level, 0)} interval {ms(after.interval.lowMs)} –{" "}
        {ms(after.interval.highMs)} ms
      </span>
    </p>
  );
}
