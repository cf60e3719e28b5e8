/** Adapts a pool of recorded platforms to a recorded target, and tests on everything that was not looked at. */
import { LitepredError } from "../../base/index.js";
import { intervalCoverage, type LatencyMetrics, latencyMetrics } from "../../evaluation/index.js";
import type { Adaptation, AdaptationKernel, AdaptationRound, Source, TransferMethod } from "../../transfer/index.js";
import { openRecordedPlatform, type RecordedPlatform, type RecordedSession } from "./platform.js";

export interface RecordedTransfer {
  readonly target: RecordedPlatform;
  /** Sources by kernel type name. */
  readonly sources: ReadonlyMap<string, readonly Source[]>;
  readonly method: TransferMethod;
  readonly budget: number;
  readonly seed: number;
  /** Of the intervals, 0–1. */
  readonly level: number;
  readonly signal?: AbortSignal | undefined;
  readonly onRound?: ((round: AdaptationRound) => void) | undefined;
}

export interface KernelTransferResult extends LatencyMetrics {
  readonly intervalLevel: number;
  readonly intervalCoverage: number;
  readonly measured: number;
  readonly weak?: string | undefined;
}

export interface RecordedTransferResult {
  readonly measurementsUsed: number;
  readonly donors: Readonly<Record<string, readonly string[]>>;
  readonly kernels: Readonly<Record<string, KernelTransferResult>>;
  /** All test rows of all kernel types together. */
  readonly overall: LatencyMetrics & { readonly intervalCoverage: number };
  readonly rounds: readonly AdaptationRound[];
}

interface Tested {
  readonly measuredMs: Float64Array;
  readonly predictions: readonly { latencyMs: number; lowMs: number; highMs: number }[];
}

/** @throws LitepredError `bad-usage` when nothing would be left to test on. */
export async function runRecordedTransfer(request: RecordedTransfer): Promise<RecordedTransferResult> {
  const { target, method, budget, seed, level, signal } = request;
  requireTestRows(target, budget);
  const session = openRecordedPlatform(target);
  const adaptation = await method.adapt({
    kernels: [...target.tables]
      .map(([name]) => adaptationKernel(request, session, name))
      .filter((k) => k.candidates.length > 0),
    measure: session.measure,
    budget,
    seed,
    signal,
    onRound: request.onRound,
  });
  const kernels: Record<string, KernelTransferResult> = {};
  const donors: Record<string, readonly string[]> = {};
  const all: Tested[] = [];
  for (const [name, adapted] of adaptation.kernels) {
    donors[name] = adapted.donors;
    const tested = await testKernel(session, adaptation, name, level);
    if (tested.measuredMs.length === 0) continue;
    all.push(tested);
    const { measured, weak } = adapted;
    kernels[name] = { ...score(tested), intervalLevel: level, measured, weak };
  }
  const together = {
    measuredMs: Float64Array.from(all.flatMap((t) => [...t.measuredMs])),
    predictions: all.flatMap((t) => t.predictions),
  };
  const { measurementsUsed, rounds } = adaptation;
  return { measurementsUsed, donors, kernels, overall: score(together), rounds };
}

function requireTestRows({ platform, tables }: RecordedPlatform, budget: number): void {
  const all = [...tables.values()];
  const rows = all.reduce((sum, table) => sum + table.configs.length, 0);
  if (all.some((table) => table.splits?.includes("eval")) || rows > budget) return;
  throw new LitepredError(
    "bad-usage",
    `a budget of ${budget} leaves nothing of the ${rows} rows of ${platform} to test on`,
    "give a smaller --budget",
  );
}

/** Each kernel type weighs what it has in test rows. */
function adaptationKernel(
  { target, sources }: RecordedTransfer,
  session: RecordedSession,
  name: string,
): AdaptationKernel {
  const table = target.tables.get(name)!;
  const weight = table.splits?.filter((split) => split === "eval").length || table.configs.length;
  return { type: table.type, candidates: session.candidates(name), weight, sources: sources.get(name) ?? [] };
}

async function testKernel(
  session: RecordedSession,
  adaptation: Adaptation,
  name: string,
  level: number,
): Promise<Tested> {
  const { configs, latenciesMs } = session.unseen(name);
  return { measuredMs: latenciesMs, predictions: await adaptation.kernels.get(name)!.predict(configs, level) };
}

function score({ measuredMs, predictions }: Tested) {
  const metrics = latencyMetrics(
    predictions.map((p) => p.latencyMs),
    measuredMs,
  );
  return { ...metrics, intervalCoverage: intervalCoverage(predictions, measuredMs) };
}
