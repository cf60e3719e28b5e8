/** Folders of measured tables as sources: what each table cannot serve for is told, what needs training is trained once. */
import { basename, dirname, join } from "node:path";
import { type KernelTable, readMeasuredTables } from "../../measurements/index.js";
import { onnxRuntime } from "../../runtime/index.js";
import { createTableSource, type Source, trainPublishedNetwork } from "../../transfer/index.js";
import { keptModel } from "./kept-models.js";
import { fitTable, type KeepTrained } from "./table-fit.js";

export interface TablesRequest {
  /** Folders. */
  readonly pool: readonly string[];
  /** Workspace; trained models are kept there. */
  readonly home: string;
  readonly signal?: AbortSignal | undefined;
  readonly onTraining?: (platform: string, type: string, epoch: number, epochs: number) => void;
}

export interface UnusedTable {
  readonly platform: string;
  readonly type: string;
  readonly reason: string;
}

export interface SourceTables {
  readonly platforms: readonly string[];
  /** By kernel type name. */
  readonly sources: ReadonlyMap<string, readonly Source[]>;
  readonly unused: readonly UnusedTable[];
  readonly tables: readonly KernelTable[];
}

export function openTables(request: TablesRequest, target: ReadonlyMap<string, KernelTable>): SourceTables {
  const platforms = platformNames(request.pool);
  const sources = new Map<string, Source[]>([...target.keys()].map((name) => [name, []]));
  const unused: UnusedTable[] = [];
  const tables: KernelTable[] = [];
  request.pool.forEach((folder, i) => {
    const platform = platforms[i]!;
    for (const [name, table] of readMeasuredTables(folder, target)) {
      tables.push(table);
      const reason = unusable(target.get(name), table);
      if (reason === undefined) sources.get(name)!.push(tableSource(request, platform, target.get(name)!, table));
      else unused.push({ platform, type: name, reason });
    }
  });
  return { platforms, sources, unused, tables };
}

/** Folder names; with as much of the path before them as it takes to tell them apart. */
function platformNames(folders: readonly string[]): string[] {
  const names = folders.map((folder) => basename(folder));
  return folders.map((folder, i) =>
    names.filter((name) => name === names[i]).length > 1 ? join(basename(dirname(folder)), names[i]!) : names[i]!,
  );
}

function unusable(target: KernelTable | undefined, table: KernelTable): string | undefined {
  if (target === undefined) return "the target has no table of this kernel type";
  if (table.configs.length === 0) return "no usable row";
  const [wanted, own] = [target, table].map(({ type }) =>
    type.fields
      .map((field) => field.name)
      .sort()
      .join(" "),
  );
  if (wanted !== own) return `its columns are ${own}, the target's ${wanted}`;
  return undefined;
}

function tableSource(
  { home, signal, onTraining }: TablesRequest,
  platform: string,
  { type }: KernelTable,
  table: KernelTable,
): Source {
  const { configs, latenciesMs } = table;
  const fields = type.fields.map((field) => field.name);
  const keep: KeepTrained = (name, train) =>
    keptModel(home, { name, type: type.name, fields, configs, latenciesMs: [...latenciesMs] }, train);
  return createTableSource(
    platform,
    type,
    table,
    () => fitTable(onnxRuntime, type, table, keep, signal),
    () =>
      keep("mlp16", () =>
        trainPublishedNetwork(onnxRuntime, type, table, {
          signal,
          onProgress: ({ epoch, epochs }) => onTraining?.(platform, type.name, epoch, epochs),
        }),
      ),
  );
}
