/** Reads a folder of measured tables: `<kernel-type>.csv` files and an optional kernels.json with formulas. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { LitepredError, type PlainFileRules, readPlainText } from "../../base/index.js";
import { checkTypeName } from "../folders.js";
import { createKernelTable, type KernelFormulas, type KernelTable } from "./kernel-table.js";
import { parseRawTable } from "./raw-table.js";

const formulasSchema = z.record(
  z.string(),
  z.strictObject({ flops: z.string().optional(), params: z.string().optional() }),
);

/** A kernel type measured a hundred thousand times takes some megabytes. */
const tableRules: PlainFileRules = {
  maxBytes: 2 ** 26,
  hint: "give a table of measured kernels: one row a config, the last column latency_ms",
};
const formulaRules: PlainFileRules = { maxBytes: 2 ** 20, hint: "kernels.json holds formulas of kernel types" };

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
      checkTypeName(name);
      const path = join(folder, file);
      return [
        name,
        createKernelTable(name, parseRawTable(readPlainText(path, tableRules), path), formulas, as?.get(name)),
      ];
    }),
  );
}

/** Formulas of user-defined kernel types, by name; empty without a kernels.json. */
export function tableFormulas(folder: string): KernelFormulas {
  const path = join(folder, "kernels.json");
  if (!existsSync(path)) return {};
  const text = readPlainText(path, formulaRules);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new LitepredError("unreadable-file", `${path}: ${(error as Error).message}`, "it must be JSON");
  }
  const parsed = formulasSchema.safeParse(content);
  // Types may be called as properties of every object are.
  if (parsed.success) return Object.assign(Object.create(null), parsed.data) as KernelFormulas;
  throw new LitepredError(
    "invalid-table",
    `${path}: ${z.prettifyError(parsed.error).split("\n")[0]}`,
    'for example {"mbconv": {"flops": "2 * hw^2 * cin * cout"}}',
  );
}
