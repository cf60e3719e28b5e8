/** Tables and numbers for people. */
import Table from "cli-table3";

export { count, milliseconds as ms, percent, signedPercent } from "../base/index.js";

/** A table without frames, numbers right-aligned. @param isText columns that are text even where it begins with a digit */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  isText: readonly boolean[] = [],
): string {
  const isNumber = (cell: string | number | undefined) => /^[-–+±\d.]/.test(String(cell ?? "")) || cell === "";
  const numeric = head.map((_, i) => !isText[i] && rows.length > 0 && rows.every((row) => isNumber(row[i])));
  const table = new Table({
    head: [...head],
    chars: {
      top: "",
      "top-mid": "",
      "top-left": "",
      "top-right": "",
      bottom: "",
      "bottom-mid": "",
      "bottom-left": "",
      "bottom-right": "",
      left: "",
      "left-mid": "",
      mid: "",
      "mid-mid": "",
      right: "",
      "right-mid": "",
      middle: "  ",
    },
    style: { head: process.stdout.isTTY ? ["bold"] : [], border: [], "padding-left": 0, "padding-right": 0 },
    colAligns: numeric.map((isNumeric) => (isNumeric ? "right" : "left")),
  });
  for (const row of rows) table.push(row.map(String));
  return table.toString();
}
