/** What the time is spent on: the kernels as a table, one by one or grouped, and the bars of their types. */
import { useMemo } from "preact/hooks";
import type { KernelRow, ModelFacts, Prediction } from "../engine/protocol.js";
import { amount, ms, percent } from "../parts/format.js";
import { saveCsv } from "../parts/save.js";
import { type Column, Table } from "../parts/table.js";
import { route, setParams } from "../route.js";

export type GroupBy = "none" | "block" | "type" | "bound";

interface Row extends Omit<KernelRow, "index"> {
  readonly key: string;
  readonly count: number;
  readonly cumulative: number;
}

export function KernelsTab({ facts, prediction }: { facts: ModelFacts; prediction: Prediction }) {
  const { group = "none", sort = "-ms", filter = "", k } = route.value.params;
  const rows = useMemo(() => rowsOf(prediction.kernels, group as GroupBy), [prediction, group]);
  return (
    <div class="split">
      <div class="stack">
        <div class="row between no-print">
          <div class="row">
            <label class="field">
              filter
              <input
                type="search"
                value={filter}
                placeholder="name, type, config"
                onInput={(event) => setParams({ filter: event.currentTarget.value }, true)}
              />
            </label>
            <label class="field">
              group by
              <select value={group} onChange={(event) => setParams({ group: event.currentTarget.value }, true)}>
                <option value="none">nothing</option>
                <option value="block">block</option>
                <option value="type">kernel type</option>
                <option value="bound">what binds it</option>
              </select>
            </label>
          </div>
          <button type="button" class="link small" onClick={() => saveKernels(facts.name, prediction)}>
            save as CSV
          </button>
        </div>
        <Table
          label="kernels"
          tall
          rows={rows}
          columns={group === "none" ? kernelColumns : groupColumns}
          sort={sort}
          setSort={(by) => setParams({ sort: by }, true)}
          filter={filter}
          keyOf={({ key }) => key}
          chosen={k}
          choose={group === "none" ? ({ key }) => setParams({ k: key === k ? undefined : key }, true) : undefined}
        />
      </div>
      <Shares kernels={prediction.kernels} />
    </div>
  );
}

function rowsOf(kernels: readonly KernelRow[], group: GroupBy): Row[] {
  const single = kernels.map((kernel) => ({ ...kernel, key: String(kernel.index), count: 1 }));
  const rows = group === "none" ? single : grouped(kernels, group);
  // The running sum over the rows from the most expensive on, whatever they are sorted by.
  const running = new Map<string, number>();
  let sum = 0;
  for (const { key, share } of [...rows].sort((a, b) => b.latencyMs - a.latencyMs)) {
    sum += share;
    running.set(key, sum);
  }
  return rows.map((row) => ({ ...row, cumulative: running.get(row.key)! }));
}

function grouped(kernels: readonly KernelRow[], group: Exclude<GroupBy, "none">) {
  const groups = new Map<string, Omit<Row, "cumulative">>();
  for (const kernel of kernels) {
    const key = kernel[group];
    const before = groups.get(key);
    groups.set(key, {
      ...kernel,
      key,
      name: key,
      count: (before?.count ?? 0) + 1,
      latencyMs: (before?.latencyMs ?? 0) + kernel.latencyMs,
      share: (before?.share ?? 0) + kernel.share,
      flops: (before?.flops ?? 0) + kernel.flops,
      bytes: (before?.bytes ?? 0) + kernel.bytes,
    });
  }
  return [...groups.values()];
}

export const boundColours: Readonly<Record<KernelRow["bound"], string>> = {
  compute: "var(--compute)",
  memory: "var(--memory)",
  overhead: "var(--overhead)",
};

const share: Column<Row> = {
  id: "share",
  title: "share",
  number: true,
  value: (row) => row.share,
  cell: (row) => (
    <span class="share">
      <i class="optional" style={{ width: `${60 * Math.min(1, row.share * 4)}px` }} />
      {percent(row.share)}
    </span>
  ),
};
const time: Column<Row> = {
  id: "ms",
  title: "ms",
  number: true,
  value: ({ latencyMs }) => latencyMs,
  cell: ({ latencyMs }) => ms(latencyMs),
};
const running: Column<Row> = {
  id: "cumulative",
  title: "running sum",
  number: true,
  optional: true,
  value: (row) => row.cumulative,
  cell: (row) => percent(row.cumulative, 0),
};
const flops: Column<Row> = {
  id: "flops",
  title: "FLOPs",
  number: true,
  optional: true,
  value: (row) => row.flops,
  cell: (row) => amount(row.flops),
};

const kernelColumns: readonly Column<Row>[] = [
  {
    id: "name",
    title: "kernel",
    class: "name",
    value: ({ name }) => name,
    cell: ({ name }) => <span title={name}>{tail(name)}</span>,
  },
  { id: "type", title: "type", class: "nowrap", value: ({ type }) => type },
  {
    id: "config",
    title: "config",
    optional: true,
    class: "config",
    value: ({ text }) => text,
    cell: ({ text }) => (
      <span class="mono" title={text}>
        {text}
      </span>
    ),
  },
  time,
  share,
  running,
  {
    id: "bound",
    title: "bound by",
    optional: true,
    class: "nowrap",
    value: ({ bound }) => bound,
    cell: ({ bound }) => (
      <span>
        <span class="dot" style={{ "--c": boundColours[bound] } as never} />
        {bound}
      </span>
    ),
  },
];

/** The end of a name tells more than its beginning. */
const tail = (name: string) => (name.length > 34 ? `…${name.slice(-33)}` : name);

const groupColumns: readonly Column<Row>[] = [
  {
    id: "name",
    title: "group",
    class: "name",
    value: ({ name }) => name,
    cell: ({ name }) => <span title={name}>{name}</span>,
  },
  { id: "count", title: "kernels", number: true, value: ({ count }) => count },
  time,
  share,
  running,
  flops,
];

function Shares({ kernels }: { kernels: readonly KernelRow[] }) {
  const byType = grouped(kernels, "type").sort((a, b) => b.latencyMs - a.latencyMs);
  const byBound = grouped(kernels, "bound").sort((a, b) => b.latencyMs - a.latencyMs);
  return (
    <aside class="stack">
      <div class="stack">
        <h3>by kernel type</h3>
        <Bars rows={byType.slice(0, 14)} />
      </div>
      <div class="stack">
        <h3>by what binds it</h3>
        <Bars rows={byBound} colourOf={({ bound }) => boundColours[bound]} />
      </div>
    </aside>
  );
}

type Bar = Pick<Row, "key" | "latencyMs" | "share" | "bound">;

function Bars({ rows, colourOf }: { rows: readonly Bar[]; colourOf?: (row: Bar) => string }) {
  const most = Math.max(...rows.map((row) => row.share));
  return (
    <div class="bars small">
      {rows.map((row) => (
        <>
          <span>{row.key}</span>
          <i style={{ width: `${(100 * row.share) / most}%`, background: colourOf?.(row) }} />
          <span class="number">
            {ms(row.latencyMs)} ms · {percent(row.share, 0)}
          </span>
        </>
      ))}
    </div>
  );
}

function saveKernels(name: string, { platform, kernels }: Prediction): void {
  const head = ["platform", "kernel", "type", "config", "latency_ms", "share", "bound", "flops", "bytes"];
  saveCsv(
    `${name}.kernels.csv`,
    head,
    kernels.map((kernel) => [
      platform,
      kernel.name,
      kernel.type,
      kernel.text,
      kernel.latencyMs,
      kernel.share,
      kernel.bound,
      kernel.flops,
      kernel.bytes,
    ]),
  );
}
