/**
 * A predictor of one recorded table, for configs that the table lacks: boosted trees on what a ridge regression over the
 * config's logarithms leaves over. Used only where a pool and a target were measured on different configs.
 */
import type { ComputeBackend } from "../base/index.js";
import type { KernelConfig, KernelType } from "../kernels/index.js";
import { createLearner, ridgeRegression } from "../learning/index.js";
import { fitConfigColumns, type MeasuredTable, type Table, type TableFit } from "../transfer/index.js";

const penalty = 1e-3;
/** Below this many rows trees have nothing to split: the ridge regression stands alone. Choice. */
const rowsForTrees = 40;

export async function fitTable(
  backend: ComputeBackend,
  type: KernelType,
  table: MeasuredTable,
  seed: number,
): Promise<TableFit> {
  const encode = fitConfigColumns(type, table.configs);
  const columns = (configs: readonly KernelConfig[]) => {
    const { smooth, tiles } = encode(configs);
    return { smooth, all: withPairs(smooth, tiles) };
  };
  const { smooth, all } = columns(table.configs);
  const logs = table.latenciesMs.map(Math.log);
  const line = ridgeRegression(smooth, logs, { penalty });
  const linear = (x: Table) =>
    Float64Array.from({ length: x.rows }, (_, i) => {
      let value = line.intercept;
      for (let j = 0; j < x.columns; j++) value += line.coefficients[j]! * x.values[i * x.columns + j]!;
      return value;
    });
  if (table.configs.length < rowsForTrees) return async (configs) => linear(columns(configs).smooth).map(Math.exp);
  const start = linear(smooth);
  const trees = await (await createLearner("boosted-trees", backend)).train(
    { x: all, y: logs.map((y, i) => y - start[i]!) },
    { seed },
  );
  return async (configs) => {
    const wanted = columns(configs);
    const rest = await trees.predict(wanted.all);
    return linear(wanted.smooth).map((value, i) => Math.exp(value + rest[i]!));
  };
}

/** Trees split on one column at a time: sums of logarithms give them products of sizes (FLOPs, bytes). */
function withPairs(smooth: Table, tiles: Table): Table {
  const d = smooth.columns;
  const columns = d + 1 + (d * (d - 1)) / 2 + tiles.columns;
  const values = new Float64Array(smooth.rows * columns);
  for (let i = 0; i < smooth.rows; i++) {
    const row = smooth.values.subarray(i * d, (i + 1) * d);
    let at = i * columns;
    values.set(row, at);
    at += d;
    values[at++] = row.reduce((sum, v) => sum + v, 0);
    for (let a = 0; a < d; a++) for (let b = 0; b < a; b++) values[at++] = row[a]! + row[b]!;
    values.set(tiles.values.subarray(i * tiles.columns, (i + 1) * tiles.columns), at);
  }
  return { rows: smooth.rows, columns, values };
}
