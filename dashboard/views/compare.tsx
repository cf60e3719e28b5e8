/** Models beside each other: all of them on all platforms as a heat map, and two totals kernel by kernel. */
import { useMemo } from "preact/hooks";
import type { ModelFacts, PoolPlatform, Prediction, Total } from "../engine/protocol.js";
import { ms, percent, signedPercent } from "../parts/format.js";
import { heat } from "../parts/heat.js";
import { type HeatTable, SaveHeat } from "../parts/heat-save.js";
import { Await, Failure, PlatformName, PlatformSelect } from "../parts/pieces.js";
import { type Column, Table } from "../parts/table.js";
import { useLater } from "../parts/use-later.js";
import { route, setParams } from "../route.js";
import { level, offered, openModel, platforms, predict, total } from "../state.js";
import { FileButton } from "./drop.js";

export function CompareView() {
  const keys = (route.value.params.ms ?? "").split("|").filter((key) => key !== "");
  const models = useLater(() => Promise.all(keys.map((key) => openModel(key, []))), [keys]);
  return (
    <>
      <div class="row between">
        <h1>Compare</h1>
        <div class="row no-print">
          <FileButton title="add models" />
          {offered.value
            .map(({ file, name }) => ({ key: `offer:${file}`, name }))
            .filter(({ key }) => !keys.includes(key))
            .map(({ key, name }) => (
              <button type="button" key={key} onClick={() => setParams({ ms: [...keys, key].join("|") })}>
                + {name}
              </button>
            ))}
        </div>
      </div>
      {keys.length === 0 ? (
        <p class="muted">Drop models here: two or more, or one to hold two platforms against each other.</p>
      ) : null}
      <Await of={models} waiting="reading the models…">
        {(facts) =>
          facts.length === 0 ? null : (
            <Await of={platforms.value}>{(pool) => <Comparison facts={facts} keys={keys} pool={pool} />}</Await>
          )
        }
      </Await>
    </>
  );
}

function Comparison({
  facts,
  keys,
  pool,
}: {
  facts: readonly ModelFacts[];
  keys: readonly string[];
  pool: readonly PoolPlatform[];
}) {
  return (
    <>
      <section class="card" aria-labelledby="heat-title">
        <h2 id="heat-title">Milliseconds</h2>
        <HeatMap facts={facts} keys={keys} pool={pool} />
      </section>
      <SideBySide facts={facts} pool={pool} />
    </>
  );
}

function HeatMap({
  facts,
  keys,
  pool,
}: {
  facts: readonly ModelFacts[];
  keys: readonly string[];
  pool: readonly PoolPlatform[];
}) {
  const totals = useLater(
    () =>
      Promise.all(
        pool.map(({ platform }) => Promise.all(facts.map(({ id }) => total(id, platform).catch(() => undefined)))),
      ),
    [facts.map(({ id }) => id), pool.length, level.value],
  );
  return <Await of={totals}>{(grid) => <Heat facts={facts} keys={keys} pool={pool} grid={grid} />}</Await>;
}

interface HeatProps {
  readonly facts: readonly ModelFacts[];
  readonly keys: readonly string[];
  readonly pool: readonly PoolPlatform[];
  readonly grid: readonly (readonly (Total | undefined)[])[];
}

function Heat({ facts, keys, pool, grid }: HeatProps) {
  const logs = grid.flat().flatMap((cell) => (cell === undefined ? [] : [Math.log(cell.latencyMs)]));
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const warmth = (value: number) => (Math.log(value) - low) / (high - low || 1);
  const table: HeatTable = {
    name: "comparison",
    rows: pool.map(({ platform }) => platform),
    columns: facts.map(({ name }) => name),
    values: grid.map((row) => row.map((cell) => cell?.latencyMs ?? Number.NaN)),
    text: ms,
    warmth,
  };
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label="models by platforms">
        <table class="heat">
          <thead>
            <tr>
              <th scope="col">platform</th>
              {facts.map(({ name }, i) => (
                <th scope="col" key={keys[i]}>
                  {name}{" "}
                  <button
                    type="button"
                    class="link small no-print"
                    aria-label={`take ${name} out`}
                    onClick={() => setParams({ ms: keys.filter((_, k) => k !== i).join("|") })}
                  >
                    ×
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {pool.map(({ platform }, p) => (
              <tr key={platform}>
                <th scope="row">
                  <PlatformName id={platform} />
                </th>
                {grid[p]!.map((cell, m) => {
                  const { fill, ink } = heat(cell === undefined ? 0 : warmth(cell.latencyMs));
                  return (
                    <td
                      key={keys[m]}
                      style={{ background: fill, color: ink }}
                      title={
                        cell &&
                        `${percent(cell.interval.level, 0)}: ${ms(cell.interval.lowMs)} – ${ms(cell.interval.highMs)} ms`
                      }
                    >
                      {cell === undefined ? "–" : ms(cell.latencyMs)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <SaveHeat table={table} />
    </>
  );
}

function SideBySide({ facts, pool }: { facts: readonly ModelFacts[]; pool: readonly PoolPlatform[] }) {
  const { a = "0", b = facts.length > 1 ? "1" : "0", pa, pb } = route.value.params;
  const ids = pool.map(({ platform }) => platform);
  const [left, right] = [facts[Number(a)] ?? facts[0]!, facts[Number(b)] ?? facts[0]!];
  const [onLeft, onRight] = [pa ?? ids[0]!, pb ?? (left === right ? ids[1] : pa) ?? ids[0]!];
  const both = useLater(
    () => Promise.all([predict(left.id, onLeft), predict(right.id, onRight)]),
    [left.id, onLeft, right.id, onRight, level.value],
  );
  const chooser = (label: string, name: string, model: string, platformName: string, platform: string) => (
    <div class="row">
      <label class="field">
        {label}
        <select value={model} onChange={(event) => setParams({ [name]: event.currentTarget.value }, true)}>
          {facts.map((fact, i) => (
            <option key={fact.id} value={String(i)}>
              {fact.name}
            </option>
          ))}
        </select>
      </label>
      <PlatformSelect label="on" value={platform} ids={ids} choose={(id) => setParams({ [platformName]: id }, true)} />
    </div>
  );
  return (
    <section class="card" aria-labelledby="side-title">
      <h2 id="side-title">Side by side</h2>
      {chooser("left", "a", a, "pa", onLeft)}
      {chooser("right", "b", b, "pb", onRight)}
      <Await of={both}>{([x, y]) => <Differences left={x!} right={y!} sameModel={left.id === right.id} />}</Await>
    </section>
  );
}

interface Row {
  readonly name: string;
  readonly left: number;
  readonly right: number;
}

function Differences({ left, right, sameModel }: { left: Prediction; right: Prediction; sameModel: boolean }) {
  const rows = useMemo(() => pairs(left, right, sameModel), [left, right, sameModel]);
  const sort = route.value.params.sort ?? "-difference";
  return (
    <>
      <p>
        <span class="big">
          {ms(left.latencyMs)} → {ms(right.latencyMs)} ms
        </span>{" "}
        <span class={right.latencyMs > left.latencyMs ? "worse" : "better"}>
          {signedPercent(right.latencyMs / left.latencyMs - 1)}
        </span>
      </p>
      {overlap(left, right) ? (
        <Failure error={{ message: "the intervals overlap: which one is faster is not certain" }} />
      ) : null}
      <Table
        label={sameModel ? "difference by kernel" : "difference by kernel type"}
        tall
        rows={rows}
        columns={columns}
        sort={sort}
        setSort={(by) => setParams({ sort: by }, true)}
        keyOf={({ name }) => name}
      />
    </>
  );
}

const overlap = (a: Prediction, b: Prediction) =>
  a.interval.lowMs < b.interval.highMs && b.interval.lowMs < a.interval.highMs;

/** Kernels of one model are known by their names; of two models only their types are alike. Scaled, so that they sum to the totals. */
function pairs(left: Prediction, right: Prediction, sameModel: boolean): Row[] {
  const rows = new Map<string, Row>();
  const add = ({ kernels, latencyMs, sumMs }: Prediction, side: "left" | "right") => {
    for (const kernel of kernels) {
      const name = sameModel ? kernel.name : kernel.type;
      const row = rows.get(name) ?? { name, left: 0, right: 0 };
      rows.set(name, { ...row, [side]: row[side] + (kernel.latencyMs * latencyMs) / sumMs });
    }
  };
  add(left, "left");
  add(right, "right");
  return [...rows.values()];
}

const columns: readonly Column<Row>[] = [
  {
    id: "name",
    title: "kernel",
    class: "name",
    value: ({ name }) => name,
    cell: ({ name }) => <span title={name}>{name.length > 44 ? `…${name.slice(-43)}` : name}</span>,
  },
  {
    id: "left",
    title: "left ms",
    number: true,
    value: ({ left }) => left,
    cell: ({ left }) => (left === 0 ? "–" : ms(left)),
  },
  {
    id: "right",
    title: "right ms",
    number: true,
    value: ({ right }) => right,
    cell: ({ right }) => (right === 0 ? "–" : ms(right)),
  },
  {
    id: "difference",
    title: "difference",
    number: true,
    value: ({ left, right }) => right - left,
    cell: ({ left, right }) => (
      <span class={right > left ? "worse" : "better"}>
        {right >= left ? "+" : "−"}
        {ms(Math.abs(right - left))}
      </span>
    ),
  },
];
