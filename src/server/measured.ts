/** What was measured on a platform of the pool: by kernel type a table, for the points on curves; and how well that repeats. */
import { basename, dirname } from "node:path";
import type { MeasuredTable } from "../analysis/index.js";
import { archivedMeasurements, type KernelRows, kernelRows, type Repeats, repeatsOf } from "../measurements/index.js";
import type { PoolEntry } from "../pool/index.js";

/** Below pool/, by the name of the predictor's file. */
export const measuredName = (file: string): string => `${basename(file).replace(/\.safetensors$/, "")}.measured.json`;

export interface Measured {
  readonly kernels: Readonly<Record<string, MeasuredTable>>;
  readonly repeats?: Repeats | undefined;
}

export async function measuredOn({ file, platform }: PoolEntry): Promise<Measured> {
  const found = await archivedMeasurements(dirname(file), platform);
  return {
    kernels: Object.fromEntries(kernelRows(found).map((rows) => [rows.type, tableOf(rows)])),
    repeats: repeatsOf(found),
  };
}

/** Configs of a type have the same fields; those that are left out are at their default, and so stay empty. */
function tableOf({ configs, latenciesMs }: KernelRows): MeasuredTable {
  const fields = [...new Set(configs.flatMap((config) => Object.keys(config)))];
  const rows = configs.map((config, i) => [
    ...fields.map((field) => config[field] ?? ""),
    Number(latenciesMs[i]!.toPrecision(4)),
  ]);
  return { fields, rows };
}
