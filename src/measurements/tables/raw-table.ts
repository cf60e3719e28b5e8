/**
 * The text of a table of measurements: header = config fields, then `latency_ms`, optionally `split`. Plain comma-separated
 * values without quotes (numbers and simple words need none). Bad rows are returned with their line, never dropped in silence.
 */
import { groupBy, LitepredError, median } from "../../base/index.js";

export interface RejectedRow {
  readonly file: string;
  /** 1 is the header. */
  readonly line: number;
  readonly reason: string;
}

export type Split = "train" | "eval";

export interface RawRow {
  readonly line: number;
  /** By field. Numbers where the cell is a number. */
  readonly config: Readonly<Record<string, number | string>>;
  readonly latencyMs: number;
  readonly split?: Split;
}

export interface RawTable {
  readonly file: string;
  readonly fields: readonly string[];
  readonly rows: readonly RawRow[];
  readonly rejected: readonly RejectedRow[];
}

const latencyColumn = "latency_ms";
const splitColumn = "split";

/** @throws LitepredError `invalid-table` when the header is unusable: no latency column, no field, a field twice. */
export function parseRawTable(text: string, file: string): RawTable {
  const lines = linesOf(text);
  const header = splitLine(lines.next().value ?? "", maxColumns);
  const fields = checkHeader(header, file);
  const rows: RawRow[] = [];
  const rejected: RejectedRow[] = [];
  let line = 1;
  for (const content of lines) {
    line++;
    if (content.trim() === "") continue;
    if (rows.length + rejected.length === maxRows)
      throw new LitepredError("invalid-table", `${file}: more than ${maxRows} rows`, "give a table for each device");
    const parsed = parseRow(header, splitLine(content, header.length));
    if (typeof parsed === "string") rejected.push({ file, line, reason: parsed });
    else rows.push({ line, ...parsed });
  }
  return { file, fields, ...mergeRepeats(file, fields, rows, rejected) };
}

/** No kernel type has nearly as many fields, and none is measured as often. Choice. */
const maxColumns = 100;
const maxRows = 250_000;

/** One after the other: a file of blank lines is no array of them. */
function* linesOf(text: string): Generator<string, undefined> {
  const ends = /\r\n|\n|\r/g;
  let from = text.startsWith("\uFEFF") ? 1 : 0;
  for (let end = ends.exec(text); end !== null; end = ends.exec(text)) {
    yield text.slice(from, end.index);
    from = ends.lastIndex;
  }
  yield text.slice(from);
}

/** Cells of a line; one more than `most` where there are more. */
const splitLine = (line: string, most: number): string[] => line.split(",", most + 1).map((cell) => cell.trim());

/** As much of a text as a message has room for. */
const shown = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

function checkHeader(header: readonly string[], file: string): string[] {
  const fail = (reason: string): never => {
    throw new LitepredError(
      "invalid-table",
      `${file}: ${reason}`,
      "the header is the config fields, then latency_ms, then optionally split",
    );
  };
  if (header.length > maxColumns) fail(`more than ${maxColumns} columns`);
  const latency = header.indexOf(latencyColumn);
  if (latency < 0) fail(`no column "${latencyColumn}"`);
  if (latency === 0) fail("no config field before latency_ms");
  const after = header.slice(latency + 1);
  if (after.length > 1 || (after.length === 1 && after[0] !== splitColumn))
    fail(`unexpected column "${after[0]}" after latency_ms`);
  const twice = header.find((name, i) => header.indexOf(name) !== i);
  if (twice !== undefined) fail(`column "${twice}" appears twice`);
  if (header.includes("")) fail("a column has no name");
  const reserved = header.slice(0, latency).find((name) => name === splitColumn || name === "__proto__");
  if (reserved !== undefined) fail(`"${reserved}" cannot be a config field`);
  return header.slice(0, latency);
}

/** The reason when the row is unusable. */
function parseRow(header: readonly string[], cells: readonly string[]): Omit<RawRow, "line"> | string {
  if (cells.length > header.length) return `more than ${header.length} cells, the header has ${header.length}`;
  if (cells.length < header.length) return `${cells.length} cells, the header has ${header.length}`;
  const latencyAt = header.indexOf(latencyColumn);
  const config: Record<string, number | string> = {};
  for (let i = 0; i < latencyAt; i++) {
    const value = parseCell(cells[i]!);
    if (value === undefined) return `${header[i]} is ${cells[i] === "" ? "missing" : `"${shown(cells[i]!)}"`}`;
    config[header[i]!] = value;
  }
  const latencyMs = parseCell(cells[latencyAt]!);
  if (typeof latencyMs !== "number") return `latency_ms is "${shown(cells[latencyAt]!)}"`;
  if (latencyMs <= 0) return `latency_ms is ${latencyMs}, not above 0`;
  const split = cells[latencyAt + 1];
  if (split === undefined) return { config, latencyMs };
  if (split !== "train" && split !== "eval") return `split is "${shown(split)}", neither train nor eval`;
  return { config, latencyMs, split };
}

/** Undefined for what is missing or not finite. */
function parseCell(cell: string): number | string | undefined {
  if (cell === "" || /^[+-]?(nan|inf|infinity)$/i.test(cell)) return undefined;
  const value = Number(cell);
  if (Number.isNaN(value)) return cell;
  return Number.isFinite(value) ? value : undefined;
}

/** Repeated configs become one row of the median latency. A config among the eval rows is never a train row as well. */
function mergeRepeats(file: string, fields: readonly string[], rows: readonly RawRow[], bad: readonly RejectedRow[]) {
  const groups = groupBy(rows, (row) => fields.map((field) => row.config[field]).join("|"));
  const rejected = [...bad];
  const merged = [...groups.values()].map((group) => {
    const tested = group.filter((row) => row.split === "eval");
    const kept = tested.length > 0 ? tested : group;
    for (const row of tested.length > 0 ? group : [])
      if (row.split !== "eval")
        rejected.push({ file, line: row.line, reason: `the same config is an eval row (line ${kept[0]!.line})` });
    return { ...kept[0]!, latencyMs: median(kept.map((row) => row.latencyMs)) };
  });
  return { rows: merged, rejected: rejected.sort((a, b) => a.line - b.line) };
}
