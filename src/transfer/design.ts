/**
 * What the target's latency is explained by: the sources' latencies at the same config (weighted mean as the offset, their
 * differences as slopes), and the config. With no source the offset is 0 and the config explains all.
 */
import { beside, columnOf, selectRows, type Table } from "./columns.js";
import type { ConfigColumns } from "./config-columns.js";
import type { ProcessForm, ProcessRows } from "./process-likelihood.js";

export interface DesignRows {
  /** ln ms per row: the part that is taken over from the sources as it is. */
  readonly offset: Float64Array;
  readonly smooth: ProcessRows;
  /** The same with tile columns among the inputs. */
  readonly tiled: ProcessRows;
  readonly tiles: number;
}

export interface Design {
  readonly form: ProcessForm;
  rows(columns: ConfigColumns, sourceLogs: Table): DesignRows;
}

/**
 * `weights`: share of each source in the offset, sum 1. `sample`: source logs (rows × sources) of the population, whose
 * spread standardises the source columns.
 */
export function createDesign(weights: ArrayLike<number>, sample: Table, smoothColumns: number): Design {
  const sources = weights.length;
  if (sources === 0) return scratchDesign(smoothColumns);
  const level = moments(weightedMean(sample, weights));
  // The differences of all sources sum to 0 under the weights, so one of them says nothing new.
  const spreads = Array.from({ length: sources - 1 }, (_, s) => moments(difference(sample, weights, s)).deviation);
  const groups = [0, ...spreads.map(() => 0), ...new Array<number>(smoothColumns).fill(1)];
  return {
    form: { groups, groupCount: 2 },
    rows({ smooth, tiles }, logs) {
      const offset = weightedMean(logs, weights);
      const centred = columnOf(offset.map((z) => z - level.mean));
      const standard = columnOf(centred.values.map((z) => z / level.deviation));
      const differences = spreads.map((_, s) => columnOf(difference(logs, weights, s)));
      const scaled = differences.map((column, s) => columnOf(column.values.map((v) => v / spreads[s]!)));
      const inputs = beside(smooth, standard, ...scaled);
      const basis = beside(centred, ...differences, smooth);
      return {
        offset,
        smooth: { inputs, basis },
        tiled: { inputs: beside(inputs, tiles), basis },
        tiles: tiles.columns,
      };
    },
  };
}

function scratchDesign(smoothColumns: number): Design {
  return {
    form: { groups: new Array<number>(smoothColumns).fill(0), groupCount: 1 },
    rows: ({ smooth, tiles }) => ({
      offset: new Float64Array(smooth.rows),
      smooth: { inputs: smooth, basis: smooth },
      tiled: { inputs: beside(smooth, tiles), basis: smooth },
      tiles: tiles.columns,
    }),
  };
}

export function selectDesignRows(rows: DesignRows, wanted: readonly number[]): DesignRows {
  const select = ({ inputs, basis }: ProcessRows) => ({
    inputs: selectRows(inputs, wanted),
    basis: selectRows(basis, wanted),
  });
  return {
    offset: Float64Array.from(wanted, (i) => rows.offset[i]!),
    smooth: select(rows.smooth),
    tiled: select(rows.tiled),
    tiles: rows.tiles,
  };
}

function weightedMean({ rows, columns, values }: Table, weights: ArrayLike<number>): Float64Array {
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) for (let s = 0; s < columns; s++) out[i]! += weights[s]! * values[i * columns + s]!;
  return out;
}

function difference(logs: Table, weights: ArrayLike<number>, source: number): Float64Array {
  return weightedMean(logs, weights).map((z, i) => logs.values[i * logs.columns + source]! - z);
}

/** Deviation 1 where the values are constant. */
function moments(values: Float64Array): { mean: number; deviation: number } {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let square = 0;
  for (const value of values) square += (value - mean) ** 2 / values.length;
  return { mean, deviation: square > 1e-12 ? Math.sqrt(square) : 1 };
}
