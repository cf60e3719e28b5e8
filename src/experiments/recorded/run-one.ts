/**
 * `evaluate transfer`: a recorded target, a pool of recorded sources, a budget. Reads the folders, trains what the pool lacks
 * (kept in the workspace for the next call), adapts, tests on what was never looked at.
 */
import { basename, dirname, join } from "node:path";
import { LitepredError } from "../../base/index.js";
import { type KernelTable, type RejectedRow, readMeasuredTables } from "../../measurements/index.js";
import { onnxRuntime } from "../../runtime/index.js";
import { type AdaptationRound, createTableSource, type Source, trainPublishedNetwork } from "../../transfer/index.js";
import { keptModel } from "./kept-models.js";
import { loadMethod } from "./methods.js";
import { type RecordedTransferResult, runRecordedTransfer } from "./recorded-transfer.js";
import { fitTable, type KeepTrained } from "./table-fit.js";

export interface EvaluateTransferRequest {
  /** Folders of measured tables. */
  readonly target: string;
  readonly pool: readonly string[];
  /** Target measurements that may be looked at, over all kernel types together; default 260. */
  readonly budget?: number;
  readonly seed?: number;
  /** See `methodNames` of evaluation; default "default". */
  readonly method?: string;
  /** Of the intervals; default 0.9. */
  readonly level?: number;
  readonly home: string;
  readonly signal?: AbortSignal;
  readonly onRound?: (round: AdaptationRound) => void;
  readonly onTraining?: (platform: string, type: string, epoch: number, epochs: number) => void;
}

export interface EvaluateTransferReport extends RecordedTransferResult {
  readonly target: string;
  readonly pool: readonly string[];
  readonly method: string;
  readonly budget: number;
  readonly seed: number;
  /** Bad rows of the target's and the pool's tables. */
  readonly rejected: readonly RejectedRow[];
  /** Tables of the pool that could not serve. */
  readonly unused: readonly { readonly platform: string; readonly type: string; readonly reason: string }[];
  readonly seconds: number;
}

export async function evaluateTransfer(request: EvaluateTransferRequest): Promise<EvaluateTransferReport> {
  const started = performance.now();
  const { budget = 260, seed = 1, method = "default", level = 0.9, signal } = request;
  checkNumbers(budget, seed, level);
  const adapter = await loadMethod(method, onnxRuntime);
  const tables = readMeasuredTables(request.target);
  const pool = openPool(request, tables);
  const result = await runRecordedTransfer({
    target: { platform: basename(request.target), tables },
    sources: pool.sources,
    method: adapter,
    budget,
    seed,
    level,
    ...(signal && { signal }),
    ...(request.onRound && { onRound: request.onRound }),
  });
  return {
    target: basename(request.target),
    pool: pool.platforms,
    method,
    budget,
    seed,
    ...result,
    rejected: [...tables.values(), ...pool.tables].flatMap((table) => table.rejected),
    unused: pool.unused,
    seconds: (performance.now() - started) / 1000,
  };
}

function checkNumbers(budget: number, seed: number, level: number): void {
  const fail = (message: string) => {
    throw new LitepredError("bad-usage", message);
  };
  if (!Number.isInteger(budget) || budget < 1) fail(`budget ${budget} is not a whole number above 0`);
  if (!Number.isInteger(seed)) fail(`seed ${seed} is not a whole number`);
  if (!(level > 0 && level < 1)) fail(`level ${level} is not between 0 and 1`);
}

function openPool(request: EvaluateTransferRequest, target: ReadonlyMap<string, KernelTable>) {
  const platforms = platformNames(request.pool);
  const sources = new Map<string, Source[]>([...target.keys()].map((name) => [name, []]));
  const unused: { platform: string; type: string; reason: string }[] = [];
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
  { home, signal, onTraining }: EvaluateTransferRequest,
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
          ...(signal && { signal }),
          onProgress: ({ epoch, epochs }) => onTraining?.(platform, type.name, epoch, epochs),
        }),
      ),
  );
}
