/**
 * `evaluate transfer` over real engines: every platform is measured once (measure.ts), base predictors are trained, then each platform in
 * turn is the target of the others, by the one path that `adapt` takes (transfer/platform.ts). The transfers are computed from the store,
 * so they can be repeated with other seeds, budgets and methods without measuring again.
 */
import { createRandom, getOrCreate, median, stableJson } from "../../base/index.js";
import type { FusionRules, KernelConfig } from "../../kernels/index.js";
import { kernelRows, type Measurement, openStore } from "../../measurements/index.js";
import { parsePlatformId } from "../../platforms/index.js";
import { openPool } from "../../pool/index.js";
import { loadPlatformPredictor, type PlatformPredictor } from "../../predictors/index.js";
import { callCostOf } from "../../profiling/index.js";
import { onnxRuntime } from "../../runtime/index.js";
import { networkKernels } from "../../sampling/index.js";
import {
  fitPlatform,
  loadTransferMethod,
  type MeasureOutcome,
  type MeasureRequest,
  type TransferMethod,
  type TransferMethodName,
} from "../../transfer/index.js";
import { measuredNchwcBlock, resolvePlatformId, rulesOf } from "../../workspace/index.js";
import { keptFile, keptRuns } from "../kept-runs.js";
import type { PlatformsRequest } from "./measure.js";
import {
  isEvaluated,
  lookedAtPerSpace,
  maySource,
  planTransfers,
  splitNetworks,
  type TransferOptions,
  type TransferPlan,
} from "./plan.js";
import {
  describeTest,
  type EvaluatePlatformsReport,
  type MeasuredArchitecture,
  noiseCeiling,
  type TargetSummary,
  type TransferCell,
} from "./report.js";

export interface EvaluatePlatformsRequest extends PlatformsRequest, TransferOptions {
  /** Default: all of `platforms`. */
  readonly targets?: readonly string[] | undefined;
  readonly method: TransferMethodName;
  onCell?(cell: TransferCell): void;
}

export async function evaluateTransferPlatforms(request: EvaluatePlatformsRequest): Promise<EvaluatePlatformsReport> {
  const { home } = request;
  const plans = planTransfers(request);
  const resolve = (ids: readonly string[]) => Promise.all(ids.map((id) => resolvePlatformId(id, home)));
  const platforms = await resolve(request.platforms);
  const wanted = request.targets === undefined ? platforms : await resolve(request.targets);
  const sources = await loadSources(home, platforms);
  const method = await loadTransferMethod(request.method, onnxRuntime);
  const store = await openStore(home);
  const targets: TargetSummary[] = [];
  const cells: TransferCell[] = [];
  try {
    request.onStage?.("transfers", wanted.length * plans.length);
    for (const id of wanted) {
      const target = await readTarget(id, await store.query({ platform: id, every: true }));
      const { test } = splitNetworks(target.architectures, 1);
      if (test.length === 0) continue;
      targets.push({ target: id, test: test.length, noise: noiseCeiling(target.architectures) });
      const circumstances = { method: request.method, platforms, rows: target.rows.length, lookedAtPerSpace };
      const kept = keptRuns<TransferCell>(keptFile(home, "transfer", { target: id, ...circumstances }));
      for (const plan of plans) {
        const isDone = (cell: TransferCell) => cell.variant === plan.variant.name && cell.seed === plan.run;
        const transfer = { ...plan, target, method, sources };
        const cell = await kept.findOrDo(isDone, () => transferOnce(request, transfer));
        cells.push(cell);
        request.onCell?.(cell);
        request.onProgress?.(cells.length, id);
      }
    }
  } finally {
    await store.close();
    for (const source of sources) await source.release();
  }
  return { date: new Date().toISOString(), platforms, targets, cells };
}

async function loadSources(home: string, platforms: readonly string[]): Promise<PlatformPredictor[]> {
  const pool = openPool(home);
  const sources: PlatformPredictor[] = [];
  for (const id of platforms) sources.push(await loadPlatformPredictor(pool.load(id)));
  return sources;
}

export interface Target {
  readonly platform: string;
  readonly rules: FusionRules;
  readonly rows: readonly Measurement[];
  readonly architectures: readonly MeasuredArchitecture[];
}

export async function readTarget(platform: string, rows: readonly Measurement[]): Promise<Target> {
  const rules = rulesOf(parsePlatformId(platform), measuredNchwcBlock(rows));
  const looks = new Map<string, { readonly purpose: "fit" | "test"; readonly times: Map<number, number> }>();
  for (const { subject, outcome, purpose, repeat = 1 } of rows)
    if (subject.kind === "model" && outcome.status === "ok" && (purpose === "fit" || purpose === "test"))
      getOrCreate(looks, subject.name, () => ({ purpose, times: new Map() })).times.set(repeat, outcome.latencyMs);
  const architectures: MeasuredArchitecture[] = [];
  for (const [name, { purpose, times }] of looks) {
    const space = name.split("/")[0]!;
    const measuredMs = times.get(1);
    if (measuredMs === undefined || !isEvaluated(space)) continue;
    const detection = await networkKernels(name, rules);
    if (detection) architectures.push({ name, space, detection, measuredMs, againMs: times.get(2), purpose });
  }
  return { platform, rules, rows, architectures };
}

export interface Transfer extends TransferPlan {
  readonly target: Target;
  readonly method: TransferMethod;
  readonly sources: readonly PlatformPredictor[];
}

export async function transferOnce(
  request: Pick<PlatformsRequest, "signal">,
  transfer: Transfer,
): Promise<TransferCell> {
  const { target, variant, run } = transfer;
  const started = performance.now();
  const { looked, test } = splitNetworks(target.architectures, run);
  const chosen = createRandom(`${run}/architectures`).shuffle(looked).slice(0, variant.architectures);
  const { predictor, adaptation } = await fitTarget(transfer, chosen, request.signal);
  const predicted = await predictor.predictAll(test.map(({ detection }) => detection));
  const kernels = [...(adaptation?.kernels ?? [])];
  const used = adaptation?.measurementsUsed ?? 0;
  const seconds = used * secondsEach(target.rows, "kernel") + chosen.length * secondsEach(target.rows, "model");
  return {
    target: target.platform,
    variant: variant.name,
    seed: run,
    measurementsUsed: used + chosen.length,
    donors: Object.fromEntries(kernels.map(([type, { donors }]) => [type, donors])),
    weak: Object.fromEntries(kernels.flatMap(([type, { weak }]) => (weak === undefined ? [] : [[type, weak]]))),
    ...describeTest(predicted, test),
    seconds: (performance.now() - started) / 1000,
    minutes: seconds / 60,
  };
}

/** The one path, every measurement looked up in what the store has of the target. */
function fitTarget(
  { target, method, sources, variant, run }: Transfer,
  chosen: readonly MeasuredArchitecture[],
  signal: AbortSignal | undefined,
) {
  const { candidates, latencyOf } = measuredKernels(target.rows);
  const measure = async (requests: readonly MeasureRequest[]) =>
    requests.map(({ type, config }): MeasureOutcome => {
      const latencyMs = latencyOf(type, config);
      return latencyMs === undefined
        ? { status: "failed", reason: "could not be run" }
        : { status: "measured", latencyMs };
    });
  return fitPlatform({
    platform: target.platform,
    rules: target.rules,
    backend: onnxRuntime,
    rows: [],
    sources: sources.filter((source) => maySource(variant, target.platform, source.platform)),
    method,
    candidates,
    further: { budget: variant.kernels, measure },
    networks: async () => chosen,
    callMs: callCostOf(target.rows),
    recipe: "compact",
    seed: run,
    signal,
  });
}

/** What may be looked at: every config that was tried on the target. */
function measuredKernels(rows: readonly Measurement[]) {
  const candidates = new Map<string, Map<string, KernelConfig>>();
  for (const { subject } of rows)
    if (subject.kind === "kernel")
      getOrCreate(candidates, subject.type, () => new Map<string, KernelConfig>()).set(
        stableJson(subject.config),
        subject.config,
      );
  const latencies = new Map(
    kernelRows(rows).map(({ type, configs, latenciesMs }) => [
      type,
      new Map(configs.map((config, i) => [stableJson(config), latenciesMs[i]!])),
    ]),
  );
  return {
    candidates: new Map([...candidates].map(([type, configs]) => [type, [...configs.values()]])),
    latencyOf: (type: string, config: KernelConfig) => latencies.get(type)?.get(stableJson(config)),
  };
}

/** Seconds that one measurement took: median over the sessions of their length ÷ number. */
export function secondsEach(rows: readonly Measurement[], kind: "kernel" | "model"): number {
  const sessions = new Map<string, number[]>();
  for (const { subject, session, at } of rows)
    if (subject.kind === kind) getOrCreate(sessions, session, () => [] as number[]).push(Date.parse(at));
  const rates = [...sessions.values()]
    .filter((times) => times.length >= 20)
    .map((times) => (Math.max(...times) - Math.min(...times)) / 1000 / times.length);
  return rates.length === 0 ? Number.NaN : median(rates);
}
