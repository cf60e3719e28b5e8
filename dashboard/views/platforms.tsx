/** A model's total on every platform of the pool, filled in as it is computed. */
import { useEffect, useState } from "preact/hooks";
import type { ModelFacts, PoolPlatform, Total } from "../engine/protocol.js";
import { ms, percent } from "../parts/format.js";
import { PlatformName } from "../parts/pieces.js";
import { saveCsv } from "../parts/save.js";
import { type Column, Table } from "../parts/table.js";
import { route, setParams } from "../route.js";
import { level, total } from "../state.js";

export interface PlatformTableProps {
  readonly facts: ModelFacts;
  readonly pool: readonly PoolPlatform[];
  readonly chosen: string | undefined;
  onTotals(totals: readonly Total[]): void;
}

interface Row extends Total {
  readonly entry: PoolPlatform;
}

export function PlatformTable({ facts, pool, chosen, onTotals }: PlatformTableProps) {
  const { totals, failed } = useTotals(facts.id, pool);
  useEffect(() => onTotals([...totals.values()]), [totals]);
  const rows = pool.flatMap((entry): Row[] => {
    const known = totals.get(entry.platform);
    return known === undefined ? [] : [{ ...known, entry }];
  });
  const widest = Math.max(...rows.map(({ interval }) => interval.highMs));
  const sort = route.value.params.by ?? "ms";
  return (
    <>
      <Table
        label="predicted latency by platform"
        rows={rows}
        columns={columnsOf(widest)}
        sort={sort}
        setSort={(by) => setParams({ by }, true)}
        keyOf={({ platform }) => platform}
        chosen={chosen}
        choose={({ platform }) => setParams({ p: platform })}
      />
      <div class="row between small">
        <p class="muted" role="status">
          {rows.length + failed < pool.length
            ? `${rows.length} of ${pool.length} computed…`
            : "Usual error: median of whole networks measured there, each left out of the fit."}
          {failed > 0 ? ` ${failed} predictors could not be read.` : ""}
        </p>
        <button type="button" class="link no-print" onClick={() => saveTotals(facts.name, rows)}>
          save as CSV
        </button>
      </div>
    </>
  );
}

function useTotals(model: string, pool: readonly PoolPlatform[]) {
  const [known, setKnown] = useState({ key: "", totals: new Map<string, Total>(), failed: 0 });
  const key = `${model} ${level.value}`;
  useEffect(() => {
    let overtaken = false;
    const totals = new Map<string, Total>();
    let failed = 0;
    for (const { platform } of pool)
      total(model, platform)
        .then((found) => totals.set(platform, found))
        .catch(() => failed++)
        .finally(() => {
          if (!overtaken) setKnown({ key, totals: new Map(totals), failed });
        });
    return () => {
      overtaken = true;
    };
  }, [key, pool]);
  return known.key === key ? known : { totals: new Map<string, Total>(), failed: 0 };
}

const columnsOf = (widest: number): Column<Row>[] => [
  {
    id: "platform",
    title: "platform",
    value: ({ platform }) => platform,
    cell: ({ platform }) => <PlatformName id={platform} />,
  },
  {
    id: "ms",
    title: "ms",
    number: true,
    value: ({ latencyMs }) => latencyMs,
    cell: ({ latencyMs }) => <b>{ms(latencyMs)}</b>,
  },
  {
    id: "bar",
    title: "with its interval",
    class: "wide",
    value: ({ interval }) => interval.highMs,
    cell: (row) => <IntervalBar total={row} widest={widest} />,
  },
  {
    id: "low",
    title: "from",
    number: true,
    optional: true,
    value: ({ interval }) => interval.lowMs,
    cell: ({ interval }) => ms(interval.lowMs),
  },
  {
    id: "high",
    title: "to",
    number: true,
    optional: true,
    value: ({ interval }) => interval.highMs,
    cell: ({ interval }) => ms(interval.highMs),
  },
  {
    id: "covered",
    title: "covered",
    number: true,
    optional: true,
    value: ({ coverage }) => coverage.kernels,
    cell: ({ coverage }) => percent(coverage.kernels, 0),
  },
  {
    id: "error",
    title: "usual error",
    number: true,
    optional: true,
    value: ({ entry }) => entry.typicalError ?? Number.POSITIVE_INFINITY,
    cell: ({ entry }) => (
      <span title={`${entry.correctionModels} whole networks measured there`}>
        {entry.typicalError === undefined ? "unknown" : percent(entry.typicalError)}
      </span>
    ),
  },
];

function IntervalBar({ total: { latencyMs, interval }, widest }: { total: Total; widest: number }) {
  const at = (value: number) => `${(100 * value) / widest}%`;
  return (
    <div class="interval" aria-hidden="true">
      <i style={{ width: at(latencyMs) }} />
      <u style={{ left: at(interval.lowMs), width: at(interval.highMs - interval.lowMs) }} />
    </div>
  );
}

function saveTotals(name: string, rows: readonly Row[]): void {
  const head = ["model", "platform", "latency_ms", "level", "low_ms", "high_ms", "covered_kernels", "covered_flops"];
  saveCsv(
    `${name}.platforms.csv`,
    head,
    rows.map(({ platform, latencyMs, interval, coverage }) => [
      name,
      platform,
      latencyMs,
      interval.level,
      interval.lowMs,
      interval.highMs,
      coverage.kernels,
      coverage.flops,
    ]),
  );
}
