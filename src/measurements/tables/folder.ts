/** Reads a folder of measured tables: `<kernel-type>.csv` files and an optional kernels.json with formulas. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { LitepredError } from "../../base/index.js";
import { createKernelTable, type KernelFormulas, type KernelTable } from "./kernel-table.js";
import { parseRawTable } from "./raw-table.js";

const formulasSchema = z.record(
  z.string(),
  z.strictObject({ flops: z.string().optional(), params: z.string().optional() }),
);

/** Tables by kernel type name, in the order of the names. `as`: tables of the target, whose types a pool's tables take. */
export function readMeasuredTables(folder: string, as?: ReadonlyMap<string, KernelTable>): Map<string, KernelTable> {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new LitepredError("unreadable-file", `${folder}: no such folder`, "give a folder of <kernel-type>.csv files");
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".csv"))
    .sort();
  if (files.length === 0)
    throw new LitepredError(
      "no-data",
      `${folder}: no .csv file in it`,
      "one <kernel-type>.csv per kernel type, last column latency_ms",
    );
  const formulas = tableFormulas(folder);
  return new Map(
    files.map((file) => {
      const name = basename(file, ".csv");
      const path = join(folder, file);
      return [name, createKernelTable(name, parseRawTable(readFileSync(path, "utf8"), path), formulas, as?.get(name))];
    }),
  );
}

/** Formulas of user-defined kernel types, by name; empty without a kernels.json. */
export function tableFormulas(folder: string): KernelFormulas {
  const path = join(folder, "kernels.json");
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return {};
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new LitepredError("unreadable-file", `${path}: ${(error as Error).message}`, "it must be JSON");
  }
  const parsed = formulasSchema.safeParse(content);
  if (parsed.success) return parsed.data as KernelFormulas;
  throw new LitepredError(
    "invalid-table",
    `${path}: ${z.prettifyError(parsed.error).split("\n")[0]}`,
    'for example {"mbconv": {"flops": "2 * hw^2 * cin * cout"}}',
  );
}
