/**
 * What the target's latency is explained by: the sources' latencies at the same config (weighted mean as the offset, their
 * differences as slopes), and the config. With no source the offset is 0 and the config explains all.
 */
import { quantile } from "../../base/index.js";
import { ridgeRegression } from "../../learning/index.js";
import { beside, columnOf, selectRows, type Table, tableOf } from "./columns.js";
import type { ConfigColumns } from "./config-columns.js";
import type { ProcessForm, ProcessRows } from "./process-likelihood.js";

export interface DesignRows {
  /** ln ms per row: the part that is taken over from the sources as it is. */
  readonly offset: Float64Array;
  readonly smooth: ProcessRows;
  /** The same with tile columns among the inputs. */
  readonly tiled: ProcessRows;
  readonly tiles: number;
  /** ms per row: what the latency may be a sum of. A constant, the sources' mean, and the law of their large configs. */
  readonly parts: Table;
}

export interface Design {
  readonly form: ProcessForm;
  rows(columns: ConfigColumns, sourceLogs: Table): DesignRows;
}

/**
 * `weights`: share of each source in the offset, sum 1. `sample`, `configs`: source logs (rows × sources) and smooth columns of
 * the population, whose spread standardises the source columns.
 */
export function createDesign(weights: ArrayLike<number>, sample: Table, configs: Table): Design {
  const sources = weights.length;
  if (sources === 0) return scratchDesign(configs.columns);
  const levels = weightedMean(sample, weights);
  const level = moments(levels);
  const law = lawOfLargeConfigs(configs, levels);
  const excess = moments(minus(levels, law(configs)));
  // The differences of all sources sum to 0 under the weights, so one of them says nothing new.
  const spreads = Array.from({ length: sources - 1 }, (_, s) => moments(difference(sample, weights, s)).deviation);
  const groups = [0, ...spreads.map(() => 0), ...new Array<number>(configs.columns).fill(1)];
  return {
    form: { groups, groupCount: 2 },
    rows({ smooth, tiles }, logs) {
      const offset = weightedMean(logs, weights);
      const centred = columnOf(offset.map((z) => z - level.mean));
      const standard = columnOf(centred.values.map((z) => z / level.deviation));
      const differences = spreads.map((_, s) => columnOf(difference(logs, weights, s)));
      const scaled = differences.map((column, s) => columnOf(column.values.map((v) => v / spreads[s]!)));
      const lawful = law(smooth);
      const excesses = columnOf(minus(offset, lawful).map((z) => (z - excess.mean) / excess.deviation));
      const inputs = beside(smooth, standard, ...scaled, excesses);
      const basis = beside(centred, ...differences, smooth);
      return {
        offset,
        smooth: { inputs, basis },
        tiled: { inputs: beside(inputs, tiles), basis },
        tiles: tiles.columns,
        parts: beside(columnOf(offset.map(() => 1)), columnOf(offset.map(Math.exp)), columnOf(lawful.map(Math.exp))),
      };
    },
  };
}

/** Small configs take the time of a call, whatever they are; from this quantile of latency on, sizes tell. Choice, tested on GPUs. */
const largeFrom = 0.5;
const lawPenalty = 1e-3;

/** The power law in the sizes that the sources' large configs follow, ln ms by row: work, without what a call costs. */
function lawOfLargeConfigs(configs: Table, levels: Float64Array): (configs: Table) => Float64Array {
  const least = quantile(levels, largeFrom);
  const large = Array.from(levels.keys()).filter((i) => levels[i]! >= least);
  const fit = ridgeRegression(
    selectRows(configs, large),
    Float64Array.from(large, (i) => levels[i]!),
    { penalty: lawPenalty * large.length },
  );
  return ({ rows, columns, values }) =>
    Float64Array.from({ length: rows }, (_, i) =>
      fit.coefficients.reduce((sum, slope, j) => sum + slope * values[i * columns + j]!, fit.intercept),
    );
}

const minus = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value - b[i]!);

function scratchDesign(smoothColumns: number): Design {
  return {
    form: { groups: new Array<number>(smoothColumns).fill(0), groupCount: 1 },
    rows: ({ smooth, tiles }) => ({
      offset: new Float64Array(smooth.rows),
      smooth: { inputs: smooth, basis: smooth },
      tiled: { inputs: beside(smooth, tiles), basis: smooth },
      tiles: tiles.columns,
      parts: tableOf(new Array<number[]>(smooth.rows).fill([])),
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
    parts: selectRows(rows.parts, wanted),
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
