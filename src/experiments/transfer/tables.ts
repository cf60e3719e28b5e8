/** The tables of transfers between real engines, cell by cell: for terminals and for the page. */
import { mean, percent } from "../../base/index.js";
import { transferVariants } from "./plan.js";
import type { EvaluatePlatformsReport, TransferCell } from "./report.js";

export interface TextTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** One variant of sources: over all of the test, and by space. */
export interface VariantTables {
  readonly variant: string;
  readonly overall: TextTable;
  readonly bySpace: TextTable;
}

export function variantTables(report: EvaluatePlatformsReport): VariantTables[] {
  const variants = [...new Set(report.cells.map(({ variant }) => variant))];
  return variants.map((variant) => {
    const rows = report.targets.map(({ target }) => {
      const cells = report.cells.filter((cell) => cell.target === target && cell.variant === variant);
      return { target, ...average(cells) };
    });
    return { variant, overall: { head, rows: [...rows.map(cellsOf), meanRow(rows)] }, bySpace: spaceTable(rows) };
  });
}

/** Each target in a line: what each variant of sources reached, what a second measurement reaches, and what measuring cost. */
export function summaryTable(report: EvaluatePlatformsReport): TextTable {
  const names = transferVariants
    .map(({ name }) => name)
    .filter((name) => report.cells.some((cell) => cell.variant === name));
  const rows = report.targets.map(({ target, test, noise }) => {
    const of = (name: string) => report.cells.filter((cell) => cell.target === target && cell.variant === name);
    const all = names.map((name) => ({ seeds: of(name).length, ...average(of(name)) }));
    return { target, test, noise, variants: all, minutes: all[0]?.minutes ?? Number.NaN, seeds: all[0]?.seeds ?? 0 };
  });
  const meanOf = (of: (row: (typeof rows)[number]) => number | undefined) => {
    const known = rows.flatMap((row) => of(row) ?? []).filter(Number.isFinite);
    return known.length === 0 ? Number.NaN : mean(known);
  };
  const pair = (five: number, ten: number) => (Number.isFinite(ten) ? `${percent(five)} / ${percent(ten)}` : "–");
  return {
    head: [
      ...["target", "test", ...names.map((name) => `${name} ±5 / ±10 %`)],
      ...["second measurement ±5 / ±10 %", "minutes", "seeds"],
    ],
    rows: [
      ...rows.map((row) => [
        ...[row.target, String(row.test), ...row.variants.map(({ within5, within10 }) => pair(within5, within10))],
        row.noise ? pair(row.noise.within5, row.noise.within10) : "–",
        ...[Number.isFinite(row.minutes) ? row.minutes.toFixed(1) : "–", String(row.seeds)],
      ]),
      [
        ...["mean", ""],
        ...names.map((_, i) =>
          pair(
            meanOf((row) => row.variants[i]?.within5),
            meanOf((row) => row.variants[i]?.within10),
          ),
        ),
        pair(
          meanOf((row) => row.noise?.within5),
          meanOf((row) => row.noise?.within10),
        ),
        ...[meanOf((row) => row.minutes).toFixed(1), ""],
      ],
    ],
  };
}

export const noiseTable = (report: EvaluatePlatformsReport): TextTable => ({
  head: noiseHead,
  rows: noiseRows(report),
});

const head = ["target", "measurements", "minutes", "±5 %", "±10 %", "RMSE ms", "intervals cover", "plain sum ±10 %"];

function average(cells: readonly TransferCell[]) {
  const of = (value: (cell: TransferCell) => number) => mean(cells.map(value));
  const spaces = [...new Set(cells.flatMap((cell) => Object.keys(cell.spaces)))];
  return {
    measurements: of((cell) => cell.measurementsUsed),
    minutes: of((cell) => cell.minutes),
    within5: of((cell) => cell.overall.within5),
    within10: of((cell) => cell.overall.within10),
    rmseMs: of((cell) => cell.overall.rmseMs),
    coverage: of((cell) => cell.overall.intervalCoverage),
    sumWithin10: of((cell) => cell.overall.sumWithin10),
    spaces: Object.fromEntries(
      spaces.map((space) => [
        space,
        {
          within5: of((cell) => cell.spaces[space]?.within5 ?? Number.NaN),
          within10: of((cell) => cell.spaces[space]?.within10 ?? Number.NaN),
          rmseMs: of((cell) => cell.spaces[space]?.rmseMs ?? Number.NaN),
        },
      ]),
    ),
  };
}

type Row = ReturnType<typeof average> & { target: string };

const cellsOf = (row: Row) => [
  row.target,
  row.measurements.toFixed(0),
  row.minutes.toFixed(1),
  percent(row.within5),
  percent(row.within10),
  row.rmseMs.toFixed(3),
  percent(row.coverage),
  percent(row.sumWithin10),
];

function meanRow(rows: readonly Row[]): string[] {
  const of = (value: (row: Row) => number) => mean(rows.map(value));
  return [
    "mean",
    of((row) => row.measurements).toFixed(0),
    of((row) => row.minutes).toFixed(1),
    percent(of((row) => row.within5)),
    percent(of((row) => row.within10)),
    "",
    percent(of((row) => row.coverage)),
    percent(of((row) => row.sumWithin10)),
  ];
}

function noiseRows(report: EvaluatePlatformsReport): string[][] {
  const known = report.targets.flatMap(({ noise }) => noise ?? []);
  const average = (of: (noise: (typeof known)[number]) => number) => percent(mean(known.map(of)));
  const rows = report.targets.map(({ target, test, noise }) => [
    target,
    String(test),
    ...(noise ? [percent(noise.within5), percent(noise.within10), noise.rmseMs.toFixed(3)] : ["–", "–", "–"]),
  ]);
  if (known.length === 0) return rows;
  return [...rows, ["mean", "", average((noise) => noise.within5), average((noise) => noise.within10), ""]];
}

const noiseHead = ["target", "test architectures", "noise ceiling ±5 %", "±10 %", "RMSE ms"];

function spaceTable(rows: readonly Row[]): TextTable {
  const spaces = [...new Set(rows.flatMap((row) => Object.keys(row.spaces)))];
  return {
    head: ["target", ...spaces.map((space) => `${space} ±5 / ±10 %`)],
    rows: rows.map((row) => [
      row.target,
      ...spaces.map((space) => {
        const cell = row.spaces[space];
        return cell ? `${percent(cell.within5)} / ${percent(cell.within10)}` : "–";
      }),
    ]),
  };
}
