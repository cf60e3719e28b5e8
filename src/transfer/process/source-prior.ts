/**
 * What the pool itself teaches about transfer: each source in turn is predicted from the others on configs measured (or
 * predicted) on all of them. How far from linear that is, and along which columns, is what to expect of a new target too:
 * with 10 measurements no length scale can be told from them alone. Needs two sources.
 */
import { mean, median, standardDeviation } from "../../base/index.js";
import { representativeRows } from "../choosing/representative.js";
import type { Table } from "./columns.js";
import type { ConfigColumns } from "./config-columns.js";
import { createDesign, type Design, type DesignRows, selectDesignRows } from "./design.js";
import { fitSmoothProcess } from "./members.js";
import type { SourcePrior } from "./narrow-prior.js";

/** Configs on which the sources are compared, and sources that take a turn. Choice: a second of work. */
const rowLimit = 120;
const sourceLimit = 5;
/** How far a target may differ from what the sources show, in natural log units. Choice, tested on GPUs. */
const lengthWidth = 0.7;
const restWidth = 0.8;

export function learnSourcePrior(columns: ConfigColumns, logs: Table, seed: number): SourcePrior | undefined {
  if (logs.columns < 2 || logs.rows < 20) return undefined;
  const smooth = columns.smooth.columns;
  const fits = Array.from({ length: Math.min(logs.columns, sourceLimit) }, (_, s) => {
    const { design, rows } = designWithout(columns, logs, s);
    const chosen = representativeRows(rows.smooth.inputs, rowLimit, seed);
    const sample = selectDesignRows(rows, chosen);
    const residual = Float64Array.from(chosen, (row, i) => logs.values[row * logs.columns + s]! - sample.offset[i]!);
    const centre = median(residual);
    const point = fitSmoothProcess(
      sample,
      residual.map((r) => r - centre),
      design.form,
    ).hyperparameters;
    return { lengths: point.slice(0, smooth + 1), rest: point.slice(rows.smooth.inputs.columns) };
  });
  return {
    lengths: pool(
      fits.map((fit) => fit.lengths),
      lengthWidth,
    ),
    rest: pool(
      fits.map((fit) => fit.rest),
      restWidth,
    ),
  };
}

function designWithout(columns: ConfigColumns, logs: Table, source: number): { design: Design; rows: DesignRows } {
  const others = Array.from({ length: logs.columns }, (_, s) => s).filter((s) => s !== source);
  const values = new Float64Array(logs.rows * others.length);
  for (let i = 0; i < logs.rows; i++)
    others.forEach((other, j) => {
      values[i * others.length + j] = logs.values[i * logs.columns + other]!;
    });
  const table = { rows: logs.rows, columns: others.length, values };
  const design = createDesign(new Float64Array(others.length).fill(1 / others.length), table, columns.smooth);
  return { design, rows: design.rows(columns, table) };
}

/** Mean over the sources; the width grows where they disagree. */
function pool(points: readonly Float64Array[], width: number) {
  const at = (i: number) => points.map((point) => point[i]!);
  return {
    centre: points[0]!.map((_, i) => mean(at(i))),
    width: points[0]!.map((_, i) => Math.hypot(width, standardDeviation(at(i)))),
  };
}
