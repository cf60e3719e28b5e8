/** The platforms that there are predictors for: where they come from, how well they do, and which is like which. */
import { engine } from "../engine/client.js";
import type { PoolPlatform } from "../engine/protocol.js";
import { megabytes, percent, platformParts } from "../parts/format.js";
import { heat } from "../parts/heat.js";
import { SaveHeat } from "../parts/heat-save.js";
import { Await, PlatformName } from "../parts/pieces.js";
import { type Column, Table } from "../parts/table.js";
import { useLater } from "../parts/use-later.js";
import { route, setParams } from "../route.js";
import { platforms } from "../state.js";

export function PoolView() {
  return (
    <>
      <h1>Pool</h1>
      <Await of={platforms.value} waiting="loading the pool…">
        {(pool) => (
          <>
            <section class="card" aria-labelledby="provenance-title">
              <h2 id="provenance-title">Platforms and where their predictors come from</h2>
              <Table
                label="platforms of the pool"
                rows={pool}
                columns={columns}
                sort={route.value.params.by ?? "platform"}
                setSort={(by) => setParams({ by }, true)}
                keyOf={({ platform }) => platform}
                chosen={route.value.params.p}
                choose={({ platform }) => setParams({ p: platform }, true)}
              />
              <Entry entry={pool.find(({ platform }) => platform === route.value.params.p)} />
            </section>
            <Similarity pool={pool} />
          </>
        )}
      </Await>
    </>
  );
}

const columns: readonly Column<PoolPlatform>[] = [
  {
    id: "platform",
    title: "platform",
    value: ({ platform }) => platform,
    cell: ({ platform }) => <PlatformName id={platform} />,
  },
  { id: "device", title: "device", optional: true, value: ({ provenance }) => provenance.device },
  { id: "samples", title: "kernels measured", number: true, value: ({ provenance }) => provenance.samples },
  { id: "models", title: "networks", number: true, optional: true, value: ({ correctionModels }) => correctionModels },
  {
    id: "error",
    title: "usual error",
    number: true,
    value: ({ typicalError }) => typicalError ?? Number.POSITIVE_INFINITY,
    cell: ({ typicalError }) => (typicalError === undefined ? "unknown" : percent(typicalError)),
  },
  { id: "method", title: "made by", optional: true, value: ({ provenance }) => provenance.method },
  {
    id: "timed",
    title: "timed by",
    optional: true,
    value: ({ provenance }) => (provenance.measuredBy === "reference" ? "reference method" : "old method"),
  },
  { id: "date", title: "date", optional: true, value: ({ provenance }) => provenance.date.slice(0, 10) },
];

function Entry({ entry }: { entry: PoolPlatform | undefined }) {
  if (entry === undefined) return <p class="muted small">Choose one to see its kernel types.</p>;
  const { provenance, kernels } = entry;
  return (
    <div class="halves">
      <dl class="facts small">
        <dt>platform</dt>
        <dd class="mono">{entry.platform}</dd>
        <dt>file</dt>
        <dd>
          {megabytes(entry.sizeBytes)}, SHA-256 <span class="mono">{entry.sha256.slice(0, 16)}…</span>
        </dd>
        <dt>noise</dt>
        <dd>
          <Noise platform={entry.platform} />
        </dd>
        <dt>protocols</dt>
        <dd>{provenance.protocols.join(", ")}</dd>
        <dt>made with</dt>
        <dd>litepred {provenance.litepred}</dd>
        {provenance.donors === undefined ? null : (
          <>
            <dt>sources</dt>
            <dd>{[...new Set(Object.values(provenance.donors).flat())].join(", ") || "none"}</dd>
          </>
        )}
      </dl>
      <div class="scroll tall" style="max-height:280px" tabIndex={0} role="region" aria-label="kernel types">
        <table class="small">
          <thead>
            <tr>
              <th scope="col">kernel type</th>
              <th scope="col" class="number">
                measured
              </th>
              <th scope="col" class="number">
                held out within ±10 %
              </th>
            </tr>
          </thead>
          <tbody>
            {kernels.map(({ type, samples, within10 }) => (
              <tr key={type}>
                <td>{type}</td>
                <td class="number">{samples}</td>
                <td class="number">{percent(within10, 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

/** What no predictor of kernels can beat. */
function Noise({ platform }: { platform: string }) {
  const repeats = useLater(() => engine.repeats(platform), [platform]);
  return (
    <Await of={repeats} waiting="…">
      {(found) =>
        found === null
          ? "not known: no kernel was measured more than once"
          : `the same kernel in another network is ${percent(found.medianDifference)} off (median of ${found.kernels}), ${percent(found.within10, 0)} within ±10 %: a predictor that sees configs alone does no better; over a whole network such errors even out`
      }
    </Await>
  );
}

function PlatformShort({ id }: { id: string }) {
  const { engine: name, device } = platformParts(id);
  return (
    <>
      {name} <span class="muted">{device}</span>
    </>
  );
}

function Similarity({ pool }: { pool: readonly PoolPlatform[] }) {
  const types = [...new Set(pool.flatMap(({ kernels }) => kernels.map(({ type }) => type)))].sort();
  const { type = "conv-bn-relu" } = route.value.params;
  const found = useLater(() => engine.similarity(type), [type]);
  return (
    <section class="card" aria-labelledby="similar-title">
      <div class="row between">
        <h2 id="similar-title">Which platform is like which</h2>
        <label class="field">
          kernel type
          <select value={type} onChange={(event) => setParams({ type: event.currentTarget.value }, true)}>
            {types.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p class="muted small">
        Divergence of the latencies that two predictors give the same kernels, in hundredths of a nat: 0 is alike up to
        speed. The same measure chooses the sources of an adaptation.
      </p>
      <Await of={found} waiting="comparing…">
        {({ platforms: ids, values }) => (
          <div class="scroll" tabIndex={0} role="region" aria-label="similarity of platforms">
            <table class="heat small">
              <thead>
                <tr>
                  <td />
                  {ids.map((id, i) => (
                    <th scope="col" key={id} title={id}>
                      {i + 1}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {ids.map((id, i) => (
                  <tr key={id}>
                    <th scope="row" title={id}>
                      {i + 1} <PlatformShort id={id} />
                    </th>
                    {values[i]!.map((value, j) => {
                      const { fill, ink } = heat(alikeness(value));
                      return (
                        <td key={ids[j]} style={{ background: fill, color: ink }}>
                          {Number.isFinite(value) ? (100 * value).toFixed(1) : "–"}
                        </td>
                      );
                    })}
                  </tr>
                ))}
              </tbody>
            </table>
            <SaveHeat
              table={{
                name: `similarity-${type}`,
                rows: ids,
                columns: ids.map((_, i) => String(i + 1)),
                values,
                text: (value) => (100 * value).toFixed(1),
                warmth: alikeness,
              }}
            />
          </div>
        )}
      </Await>
    </section>
  );
}

/** 0–1: colours tell apart what is nearly alike. Choice. */
const alikeness = (divergence: number) => Math.exp(-40 * divergence) * 0.9;
