/**
 * A user's own CSV: a column `accuracy` (top-1 in percent), optional `low` and `high`, and the architecture: as JSON in a column
 * `architecture`, or a column for each gene, the positions of a gene one after the other with spaces between ("3 5 7").
 */
import { createRandom, LitepredError, readPlainText } from "../base/index.js";
import { type Architecture, type Choice, nasBench201OfString, type Space } from "../spaces/index.js";
import { type CsvRow, parseCsv } from "./csv.js";
import { type AccuracyRow, createTableAccuracy } from "./table.js";
import type { AccuracyPredictor } from "./types.js";

/** @throws LitepredError `unreadable-file`, `invalid-table` */
export function readUserTable(file: string, space: Space): AccuracyPredictor {
  const rows = parseCsv(readPlainText(file, { maxBytes: 2 ** 26, hint: "give a CSV file" }), file);
  if (rows.length === 0) throw new LitepredError("no-data", `${file}: no row in it`, hint);
  return createTableAccuracy(
    file,
    space,
    rows.map((row) => rowOf(row, space)),
  );
}

const hint = "columns: architecture (JSON, in quotes) or one for each gene; accuracy in percent; if you like low, high";

function rowOf(row: CsvRow, space: Space): AccuracyRow<Architecture> {
  const accuracy = row.number("accuracy");
  if (accuracy <= 1)
    throw new LitepredError(
      "invalid-table",
      `${row.where}: accuracy ${accuracy} looks like a share`,
      "give it in percent, for example 75.3",
    );
  return {
    architecture: inSpace(row.has("architecture") ? wholeCell(row) : geneCells(row, space), row, space),
    accuracy,
    ...(row.has("low") && { lowAccuracy: row.number("low") }),
    ...(row.has("high") && { highAccuracy: row.number("high") }),
    where: row.where,
  };
}

/** JSON, or a published string of NAS-Bench-201. */
function wholeCell(row: CsvRow): Architecture {
  const cell = row.text("architecture");
  if (cell.startsWith("|")) return nasBench201OfString(cell) as Architecture;
  try {
    return JSON.parse(cell) as Architecture;
  } catch (error) {
    throw new LitepredError("invalid-table", `${row.where}: ${(error as Error).message}`, hint);
  }
}

/** The form of a gene (one choice, or one for each position) is that of any architecture of the space. */
function geneCells(row: CsvRow, space: Space): Architecture {
  const form = space.sample(createRandom(0));
  return Object.fromEntries(
    Object.entries(form).map(([gene, example]) => {
      const cell = row.text(gene);
      if (!Array.isArray(example)) return [gene, choiceOf(cell, example as Choice)];
      return [gene, cell.split(/\s+/).map((part, i) => choiceOf(part, (example as Choice[])[i] ?? example[0]))];
    }),
  );
}

function choiceOf(text: string, example: Choice): Choice {
  if (typeof example === "number") return Number(text);
  return typeof example === "boolean" ? text === "true" : text;
}

function inSpace(architecture: Architecture, row: CsvRow, space: Space): Architecture {
  try {
    space.encode(architecture);
    return architecture;
  } catch (error) {
    throw new LitepredError("invalid-table", `${row.where}: ${(error as Error).message}`, hint);
  }
}
