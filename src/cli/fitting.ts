/**
 * Tables that fit the terminal: texts that may be shortened are, then columns that may be missed are left out, and where even that is
 * too wide each row becomes two lines. Output that goes to no terminal is 80 wide, or as COLUMNS says.
 */
import { printable, shortened } from "../base/index.js";
import { renderTable } from "./render.js";

export interface Column {
  readonly head: string;
  readonly cells: readonly (string | number)[];
  /** It may be shortened to so many characters; otherwise it is shown whole. */
  readonly least?: number;
  /** It may be left out, lower numbers first. */
  readonly expendable?: number;
}

export function outputWidth(): number {
  const told = process.stdout.columns ?? Number(process.env.COLUMNS);
  return Number.isInteger(told) && told > 0 ? Math.max(20, told) : 80;
}

/** Columns between columns. */
const gap = 2;

export function fittedTable(columns: readonly Column[], width = outputWidth()): string {
  const clean = columns.map((column) => ({ ...column, cells: column.cells.map((cell) => printable(String(cell))) }));
  const rows = clean[0]!.cells.length;
  const shown = withoutExpendable(clean, width);
  if (leastWidth(shown) > width) return stacked(shown, rows, width);
  const spare = width - leastWidth(shown);
  const cut = shorten(shown, spare);
  return renderTable(
    cut.map(({ head }) => head),
    Array.from({ length: rows }, (_, row) => cut.map(({ cells }) => cells[row]!)),
    cut.map(({ least }) => least !== undefined),
  );
}

type TextColumn = Omit<Column, "cells"> & { readonly cells: readonly string[] };

const fullWidth = ({ head, cells }: TextColumn) =>
  cells.reduce((most, cell) => Math.max(most, cell.length), head.length);

const narrowWidth = (column: TextColumn) =>
  column.least === undefined
    ? fullWidth(column)
    : Math.min(fullWidth(column), Math.max(column.least, column.head.length));

const leastWidth = (columns: readonly TextColumn[]) =>
  columns.reduce((total, column) => total + narrowWidth(column), gap * (columns.length - 1));

function withoutExpendable(columns: readonly TextColumn[], width: number): readonly TextColumn[] {
  if (leastWidth(columns) <= width) return columns;
  const orders = columns.flatMap(({ expendable }) => (expendable === undefined ? [] : [expendable]));
  if (orders.length === 0) return columns;
  const first = Math.min(...orders);
  return withoutExpendable(
    columns.filter(({ expendable }) => expendable !== first),
    width,
  );
}

/** Room that is left goes to the shortened columns, the last of them first: names lie left and are the longest. */
function shorten(columns: readonly TextColumn[], spare: number): TextColumn[] {
  let left = spare;
  return columns
    .toReversed()
    .map((column) => {
      const given = Math.min(left, fullWidth(column) - narrowWidth(column));
      left -= given;
      const most = narrowWidth(column) + given;
      return { ...column, cells: column.cells.map((cell) => shortened(cell, most)) };
    })
    .toReversed();
}

function stacked(columns: readonly TextColumn[], rows: number, width: number): string {
  const [first, ...others] = columns;
  return Array.from({ length: rows }, (_, row) => {
    const values = others.filter(({ cells }) => cells[row] !== "").map(({ head, cells }) => `${head} ${cells[row]}`);
    return [shortened(first!.cells[row]!, width), ...wrapped(values.join(", "), width, "  ")].join("\n");
  }).join("\n");
}

/** Lines of whole words, each with the indent; a word longer than a line stands alone. */
export function wrapped(text: string, width = outputWidth(), indent = ""): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of printable(text).split(" ")) {
    const joined = line === indent ? line + word : `${line} ${word}`;
    if (joined.length > width && line !== indent) {
      lines.push(line);
      line = indent + word;
    } else line = joined;
  }
  return [...lines, line];
}

const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of so many characters at 1. */
export function bar(ratio: number, width: number): string {
  const steps = Math.round(Math.max(0, Math.min(1, ratio)) * width * 8);
  return "█".repeat(Math.floor(steps / 8)) + eighths[steps % 8];
}
