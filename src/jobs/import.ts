/**
 * `import`: measured tables of any device into the store, user-defined kernel types included. Their fields and formulas go
 * to kernel-types.json in the workspace, for without them the measurements cannot be read as configs again.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { LitepredError, saveWhole, stableJson } from "../base/index.js";
import {
  type KernelTable,
  type Measurement,
  openStore,
  type Protocol,
  type RejectedRow,
  readMeasuredTables,
  tableFormulas,
} from "../measurements/index.js";
import { formatPlatformId, type Platform, parsePlatformId } from "../platforms/index.js";
import type { UserTypeDefinition } from "../predictors/index.js";

export interface ImportRequest {
  /** Folder of <kernel-type>.csv files. */
  readonly folder: string;
  /** Full platform id: the device is elsewhere, so nothing can be filled in. */
  readonly platform: string;
  readonly home: string;
}

export interface ImportReport {
  /** Rows stored; repeats of a config count once. */
  readonly rows: number;
  readonly kernels: Readonly<Record<string, number>>;
  readonly rejected: readonly RejectedRow[];
}

/** How an imported number was measured is not known: one run, as it was given. */
export const importedProtocol: Protocol = {
  name: "imported",
  warmup: 0,
  maxMs: 1,
  sessions: 1,
  kernelsPerModel: 1,
  tolerance: 0,
  maxSpread: 1,
};

/** Importing the same table again replaces its rows. @throws LitepredError for an unusable folder, header or platform id. */
export async function importTables({ folder, platform, home }: ImportRequest): Promise<ImportReport> {
  const parsed = parsePlatformId(platform);
  const id = formatPlatformId(parsed);
  const tables = readMeasuredTables(folder);
  keepUserTypes(home, folder, tables);
  const store = await openStore(home);
  try {
    const at = new Date().toISOString();
    for (const table of tables.values())
      table.configs.forEach((config, i) => {
        const subject = { kind: "kernel" as const, type: table.type.name, config };
        store.append({
          platform: id,
          subject,
          ...observation(parsed, table.latenciesMs[i]!),
          session: `import ${at}`,
          at,
        });
      });
    await store.flush();
  } finally {
    await store.close();
  }
  const kernels = Object.fromEntries([...tables].map(([name, table]) => [name, table.configs.length]));
  const rejected = [...tables.values()].flatMap((table) => table.rejected);
  return { rows: Object.values(kernels).reduce((sum, n) => sum + n, 0), kernels, rejected };
}

function observation(platform: Platform, latencyMs: number): Pick<Measurement, "outcome" | "protocol" | "conditions"> {
  return {
    outcome: { status: "ok", latencyMs, spread: 0, runs: 1, sessions: 1 },
    protocol: importedProtocol,
    conditions: {
      cpu: platform.device,
      cores: 0,
      loadBefore: 0,
      loadAfter: 0,
      node: "unknown",
      engineVersion: platform.version,
    },
  };
}

const userTypesSchema = z.record(
  z.string(),
  z.object({ fields: z.array(z.string()).min(1), flops: z.string().optional(), params: z.string().optional() }),
);
type UserTypes = z.infer<typeof userTypesSchema>;

/** The kernel types that were imported into the workspace and that the catalogue lacks, by name. */
export const importedTypes = (home: string): Readonly<Record<string, UserTypeDefinition>> => readUserTypes(home);

const userTypesPath = (home: string): string => join(home, "kernel-types.json");

function readUserTypes(home: string): UserTypes {
  const path = userTypesPath(home);
  if (!existsSync(path)) return {};
  const parsed = userTypesSchema.safeParse(JSON.parse(readFileSync(path, "utf8")));
  if (parsed.success) return parsed.data;
  throw new LitepredError(
    "corrupt-artefact",
    `${path}: ${z.prettifyError(parsed.error).split("\n")[0]}`,
    "import the tables again",
  );
}

/** @throws LitepredError `invalid-table` when a type of that name has other fields in the workspace. */
function keepUserTypes(home: string, folder: string, tables: ReadonlyMap<string, KernelTable>): void {
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
