/** A table that is sorted by its heads and filtered by a text; the library computes, this draws. */
import {
  type ColumnDef,
  columnFilteringFeature,
  constructTable,
  createFilteredRowModel,
  createSortedRowModel,
  globalFilteringFeature,
  rowSortingFeature,
  tableFeatures,
} from "@tanstack/table-core";
import { storeReactivityBindings } from "@tanstack/table-core/store-reactivity-bindings";
import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";

const features = tableFeatures({
  coreReactivityFeature: storeReactivityBindings(),
  columnFilteringFeature,
  globalFilteringFeature,
  rowSortingFeature,
  filteredRowModel: createFilteredRowModel(),
  sortedRowModel: createSortedRowModel(),
});

export interface Column<T> {
  readonly id: string;
  readonly title: string;
  /** What it is sorted and filtered by. */
  value(row: T): string | number;
  /** What is shown; default the value. */
  cell?(row: T): ComponentChildren;
  readonly number?: boolean;
  /** Left out on narrow screens. */
  readonly optional?: boolean;
  readonly class?: string;
}

export interface TableProps<T> {
  readonly label: string;
  readonly rows: readonly T[];
  readonly columns: readonly Column<T>[];
  /** `ms`, or `-ms` for descending. */
  readonly sort: string;
  setSort(sort: string): void;
  readonly filter?: string;
  keyOf(row: T): string;
  readonly chosen?: string | undefined;
  choose?(row: T): void;
  readonly tall?: boolean;
}

/** More rows are drawn only when asked for. Choice: drawing them takes as long as computing them. */
const drawnAtFirst = 250;

export function Table<T>(props: TableProps<T>) {
  const { rows, columns, sort, filter = "", keyOf, chosen, choose } = props;
  const [all, setAll] = useState(false);
  const shown = useMemo(() => arranged(rows, columns, sort, filter), [rows, columns, sort, filter]);
  const drawn = all ? shown : shown.slice(0, drawnAtFirst);
  return (
    // Scrollable regions take the focus, so that arrow keys scroll them.
    <div class={props.tall ? "scroll tall" : "scroll"} tabIndex={0} role="region" aria-label={props.label}>
      <table>
        <caption class="hidden">{props.label}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.id} column={column} sort={sort} setSort={props.setSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {drawn.map((row) => {
            const key = keyOf(row);
            const className = [choose && "choosable", key === chosen && "chosen"].filter(Boolean).join(" ");
            return (
              <tr
                key={key}
                data-key={key}
                class={className}
                aria-selected={key === chosen || undefined}
                onClick={choose && (() => choose(row))}
              >
                {columns.map((column, i) => (
                  <td key={column.id} class={cellClass(column)}>
                    {i === 0 && choose ? (
                      <button type="button" class="plain" aria-pressed={key === chosen}>
                        {column.cell?.(row) ?? column.value(row)}
                      </button>
                    ) : (
                      (column.cell?.(row) ?? column.value(row))
                    )}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
      {drawn.length < shown.length ? (
        <p class="row">
          <button type="button" onClick={() => setAll(true)}>
            show all {shown.length}
          </button>
        </p>
      ) : null}
      {shown.length === 0 ? <p class="muted">nothing matches</p> : null}
    </div>
  );
}

function Head<T>({ column, sort, setSort }: { column: Column<T>; sort: string; setSort(sort: string): void }) {
  const direction = sort === column.id ? "ascending" : sort === `-${column.id}` ? "descending" : undefined;
  // Numbers begin with the largest.
  const next =
    direction === undefined
      ? column.number
        ? `-${column.id}`
        : column.id
      : direction === "ascending"
        ? `-${column.id}`
        : column.id;
  return (
    <th scope="col" class={cellClass(column)} aria-sort={direction}>
      <button type="button" onClick={() => setSort(next)}>
        {column.title}
      </button>
    </th>
  );
}

const cellClass = <T,>({ number, optional, class: own }: Column<T>) =>
  [number && "number", optional && "optional", own].filter(Boolean).join(" ") || undefined;

export function arranged<T>(rows: readonly T[], columns: readonly Column<T>[], sort: string, filter: string): T[] {
  const wanted = filter.toLowerCase();
  const table = constructTable({
    features,
    data: rows as T[],
    columns: columns.map(
      (column) =>
        ({ id: column.id, accessorFn: (row: T) => column.value(row), sortFn: compare }) as unknown as ColumnDef<
          typeof features,
          T & object
        >,
    ) as never,
    globalFilterFn: ((row: { getValue(id: string): unknown }, id: string) =>
      String(row.getValue(id)).toLowerCase().includes(wanted)) as never,
    getColumnCanGlobalFilter: () => true,
    initialState: {
      sorting: sort === "" ? [] : [{ id: sort.replace(/^-/, ""), desc: sort.startsWith("-") }],
      globalFilter: filter,
    },
  } as never) as unknown as { getRowModel(): { rows: { original: T }[] } };
  return table.getRowModel().rows.map(({ original }) => original);
}

function compare(a: { getValue(id: string): unknown }, b: { getValue(id: string): unknown }, id: string): number {
  const [x, y] = [a.getValue(id), b.getValue(id)];
  return typeof x === "number" && typeof y === "number"
    ? x - y
    : String(x).localeCompare(String(y), "en", { numeric: true });
}
