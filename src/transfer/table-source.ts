/** A source of which only a table is known: the measured latency where the config is in it, else a fit on the table. */
import { configKey, type KernelConfig, type KernelType } from "../kernels/index.js";
import type { MeasuredTable, Source } from "./types.js";

/** Predicts ms for configs that are not in the table. */
export type TableFit = (configs: readonly KernelConfig[]) => Promise<Float64Array>;

/** `fit` is called at most once, and only when a config is asked for that is not in the table. */
export function createTableSource(
  platform: string,
  type: KernelType,
  table: MeasuredTable,
  fit: () => Promise<TableFit>,
  network?: Source["network"],
): Source {
  const known = new Map(table.configs.map((config, i) => [configKey(type, config), table.latenciesMs[i]!]));
  let fitted: Promise<TableFit> | undefined;
  return {
    platform,
    table,
    ...(network && { network }),
    async latencies(configs) {
      const out = Float64Array.from(configs, (config) => known.get(configKey(type, config)) ?? Number.NaN);
      const missing = configs.map((_, i) => i).filter((i) => Number.isNaN(out[i]!));
      if (missing.length === 0) return out;
      fitted ??= fit();
      const predicted = await (await fitted)(missing.map((i) => configs[i]!));
      missing.forEach((row, i) => {
        out[row] = predicted[i]!;
      });
      return out;
    },
  };
}
