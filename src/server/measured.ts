/** What was measured on a platform of the pool, for the points on its curves: by kernel type a table, latency in ms last. */
import { basename, dirname } from "node:path";
import type { MeasuredTable } from "../analysis/index.js";
import { archivedKernels, type KernelRows } from "../measurements/index.js";
import type { PoolEntry } from "../pool/index.js";

/** Below pool/, by the name of the predictor's file. */
export const measuredName = (file: string): string => `${basename(file).replace(/\.safetensors$/, "")}.measured.json`;

export async function measuredKernels({ file, platform }: PoolEntry): Promise<Record<string, MeasuredTable>> {
  const found = await archivedKernels(dirname(file), platform);
  return Object.fromEntries(found.map((rows) => [rows.type, tableOf(rows)]));
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
