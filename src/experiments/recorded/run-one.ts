/**
 * `evaluate transfer`: a recorded target, a pool of recorded sources, a budget. Reads the folders, trains what the pool lacks
 * (kept in the workspace for the next call), adapts, tests on what was never looked at.
 */
import { basename } from "node:path";
import { LitepredError, usualLevel } from "../../base/index.js";
import { type RejectedRow, readMeasuredTables } from "../../measurements/index.js";
import { onnxRuntime } from "../../runtime/index.js";
import type { AdaptationRound } from "../../transfer/index.js";
import { loadMethod } from "./methods.js";
import { openTables, type UnusedTable } from "./source-tables.js";
import { type RecordedTransferResult, runRecordedTransfer } from "./transfer.js";

export interface EvaluateTransferRequest {
  /** Folders of measured tables. */
  readonly target: string;
  readonly pool: readonly string[];
  /** Target measurements that may be looked at, over all kernel types together; default 260. */
  readonly budget?: number;
  readonly seed?: number;
  /** One of `methodNames`; default "default". */
  readonly method?: string;
  /** Of the intervals; default 0.9. */
  readonly level?: number;
  readonly home: string;
  readonly signal?: AbortSignal | undefined;
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
  readonly unused: readonly UnusedTable[];
  readonly seconds: number;
}

export async function evaluateTransfer(request: EvaluateTransferRequest): Promise<EvaluateTransferReport> {
  const started = performance.now();
  const { budget = 260, seed = 1, method = "default", level = usualLevel, signal } = request;
  checkNumbers(budget, seed, level);
  const adapter = await loadMethod(method, onnxRuntime);
  const tables = readMeasuredTables(request.target);
  const pool = openTables(request, tables);
  const result = await runRecordedTransfer({
    target: { platform: basename(request.target), tables },
    sources: pool.sources,
    method: adapter,
    budget,
    seed,
    level,
    signal,
    onRound: request.onRound,
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
