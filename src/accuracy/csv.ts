/** Tables with named columns, cells quoted where they have commas (RFC 4180). */
import { LitepredError } from "../base/index.js";

export interface CsvRow {
  /** File and line, for messages. */
  readonly where: string;
  readonly columns: readonly string[];
  has(column: string): boolean;
  /** @throws LitepredError `invalid-table` where there is no such column */
  text(column: string): string;
  /** @throws LitepredError `invalid-table` for what is not a finite number */
  number(column: string): number;
}

/** Empty lines are passed over. @throws LitepredError `invalid-table` */
export function parseCsv(text: string, file: string): CsvRow[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const columns = cellsOf(lines[0] ?? "").map((name) => name.trim());
  return lines.flatMap((line, i) => {
    if (i === 0 || line.trim() === "") return [];
    const cells = cellsOf(line);
    const where = `${file}:${i + 1}`;
    if (cells.length === columns.length) return [rowOf(columns, cells, where)];
    throw new LitepredError(
      "invalid-table",
      `${where}: ${cells.length} cells under ${columns.length} columns`,
      'a cell with commas stands in quotes, and a quote in it is doubled: "{""r"":224}"',
    );
  });
}

function rowOf(columns: readonly string[], cells: readonly string[], where: string): CsvRow {
  const text = (column: string) => {
    const at = columns.indexOf(column);
    if (at >= 0) return cells[at]!.trim();
    throw new LitepredError("invalid-table", `${where}: no column ${column}`, `its columns: ${columns.join(", ")}`);
  };
  return {
    where,
    columns,
    has: (column) => columns.includes(column),
    text,
    number(column) {
      const cell = text(column);
      const value = cell === "" ? Number.NaN : Number(cell);
      if (Number.isFinite(value)) return value;
      throw new LitepredError("invalid-table", `${where}: ${column} is "${cell}"`, "a number is expected");
    },
  };
}

/** Cells of one line: each begins with a comma once one stands before the first. */
function cellsOf(line: string): string[] {
  const cells = `,${line}`.match(/,(?:"(?:[^"]|"")*"|[^,]*)/g) ?? [];
  return cells.map((cell) => {
    const bare = cell.slice(1);
    return bare.startsWith('"') && bare.endsWith('"') && bare.length > 1
      ? bare.slice(1, -1).replaceAll('""', '"')
      : bare;
  });
}
