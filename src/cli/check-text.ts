/** Checks in the terminal: a table, and below it why some were missed. */
import type { CheckRow } from "../analysis/index.js";
import { type BadFile, isBad } from "../base/index.js";
import { badOf, failedCell, reasons } from "./bad-files.js";
import { fittedTable, wrapped } from "./fitting.js";
import { ms, percent, signedPercent } from "./render.js";

export function describeChecks(rows: readonly (CheckRow | BadFile)[]): string {
  const of = (text: (row: CheckRow) => string, otherwise = "–") =>
    rows.map((row) => (isBad(row) ? otherwise : text(row)));
  const several = new Set(rows.flatMap((row) => (isBad(row) ? [] : [row.platform]))).size > 1;
  const checked = rows.filter((row): row is CheckRow => !isBad(row));
  const table = fittedTable([
    { head: "model", cells: rows.map(({ model }) => model), least: 16 },
    ...(several ? [{ head: "platform", cells: of((row) => row.platform, ""), least: 20 }] : []),
    { head: "ms", cells: of(({ latencyMs }) => ms(latencyMs)) },
    {
      head: "interval",
      cells: of(({ interval }) => `${ms(interval.lowMs)} – ${ms(interval.highMs)}`, failedCell),
      expendable: 1,
    },
    ...(checked.some(({ probability }) => probability !== undefined)
      ? [{ head: "P(above)", cells: of(({ probability = Number.NaN }) => percent(probability, 0)) }]
      : []),
    ...(checked.some(({ regression }) => regression !== undefined)
      ? [{ head: "before", cells: of(({ regression }) => (regression ? signedPercent(regression.change) : "–")) }]
      : []),
    { head: "", cells: of(({ passed }) => (passed ? "ok" : "MISSED"), "") },
  ]);
  const below = checked.flatMap(({ model, reason, note }) =>
    [reason, note].flatMap((text) =>
      text === undefined ? [] : wrapped(`${reason === text ? "!" : "·"} ${model}: ${text}`),
    ),
  );
  return [table, ...below, ...reasons(badOf(rows))].join("\n");
}
