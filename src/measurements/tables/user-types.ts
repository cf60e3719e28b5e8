/**
 * Kernel types that a workspace's tables brought: their fields and formulas are in kernel-types.json, for without them the
 * measurements cannot be read as configs again.
 */
import { join } from "node:path";
import { z } from "zod";
import { LitepredError, readKept, saveWhole, stableJson } from "../../base/index.js";
import { tableFormulas } from "./folder.js";
import type { KernelTable } from "./kernel-table.js";

const userTypesSchema = z.record(
  z.string(),
  z.object({ fields: z.array(z.string()).min(1), flops: z.string().optional(), params: z.string().optional() }),
);
type UserTypes = z.infer<typeof userTypesSchema>;

/** The kernel types that were imported into the workspace and that the catalogue lacks, by name. */
export const importedTypes = (home: string): Readonly<UserTypes> => readUserTypes(home);

const userTypesPath = (home: string): string => join(home, "kernel-types.json");

function readUserTypes(home: string): UserTypes {
  const path = userTypesPath(home);
  const parsed = userTypesSchema.safeParse(readKept(path) ?? {});
  // Types may be called as properties of every object are.
  if (parsed.success) return Object.assign(Object.create(null), parsed.data) as UserTypes;
  throw new LitepredError(
    "corrupt-artefact",
    `${path}: ${z.prettifyError(parsed.error).split("\n")[0]}`,
    "import the tables again",
  );
}

/** @throws LitepredError `invalid-table` when a type of that name has other fields in the workspace. */
export function keepUserTypes(home: string, folder: string, tables: ReadonlyMap<string, KernelTable>): void {
  const known = readUserTypes(home);
  const added: UserTypes = {};
  const formulas = tableFormulas(folder);
  for (const [name, { type, userDefined }] of tables) {
    if (!userDefined) continue;
    const fields = type.fields.map((field) => field.name);
    const before = known[name];
    if (before !== undefined && stableJson(before.fields) !== stableJson(fields))
      throw new LitepredError(
        "invalid-table",
        `kernel type "${name}" has columns ${fields.join(", ")}; in the workspace it has ${before.fields.join(", ")}`,
        "rename the file, or use another --home",
      );
    added[name] = { ...before, fields, ...formulas[name] };
  }
  if (Object.keys(added).length === 0) return;
  saveWhole(userTypesPath(home), `${JSON.stringify({ ...known, ...added }, null, 2)}\n`);
}
