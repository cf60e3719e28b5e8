/**
 * `import`: measured tables of any device into the store, user-defined kernel types included.
 */
import { keepUserTypes, observation, openStore, type RejectedRow, readMeasuredTables } from "../measurements/index.js";
import { formatPlatformId, parsePlatformId } from "../platforms/index.js";

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
