/** Tables and numbers for people. */

export { count, milliseconds as ms, percent, signedPercent } from "../base/index.js";

/** A table without frames, numbers right-aligned. @param isText columns that are text even where it begins with a digit */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  isText: readonly boolean[] = [],
): string {
  const isBold = process.stdout.isTTY === true;
  const isNumber = (cell: string) => cell === "" || /^[-–+±\d.]/.test(cell);
  const texts = rows.map((row) => head.map((_, i) => String(row[i] ?? "")));
  const columns = head.map((title, i) => ({
    width: texts.reduce((most, row) => Math.max(most, row[i]!.length), title.length),
    isNumeric: !isText[i] && rows.length > 0 && texts.every((row) => isNumber(row[i]!)),
  }));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (columns[i]!.isNumeric ? cell.padStart(columns[i]!.width) : cell.padEnd(columns[i]!.width)))
      .join("  ")
      .trimEnd();
  return [isBold ? `\x1b[1m${line(head)}\x1b[22m` : line(head), ...texts.map(line)].join("\n");
}
