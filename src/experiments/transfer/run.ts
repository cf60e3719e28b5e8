/**
 * `evaluate transfer` over real engines: every platform is measured once (measure.ts), base predictors are trained, then each platform in
 * turn is the target of the others, by the one path that `adapt` takes (transfer/platform.ts). The transfers are computed from the store,
 * so they can be repeated with other seeds, budgets and methods without measuring again.
 */
import { createRandom, getOrCreate, median } from "../../base/index.js";
import { callCostOf } from "../../jobs/call-cost.js";
import { networkKernels } from "../../jobs/networks.js";
import { measuredNchwcBlock, resolvePlatformId, rulesOf } from "../../jobs/workspace.js";
import type { FusionRules, KernelConfig } from "../../kernels/index.js";
import { configKey, kernelRows, type Measurement, openStore } from "../../measurements/index.js";
import { parsePlatformId } from "../../platforms/index.js";
import { openPool } from "../../pool/index.js";
import { loadPlatformPredictor, type PlatformPredictor } from "../../predictors/index.js";
import { onnxRuntime } from "../../runtime/index.js";
import { fitPlatform, loadTransferMethod, type TransferMethod, type TransferMethodName } from "../../transfer/index.js";
import { keptRuns } from "../kept-runs.js";
import type { PlatformsRequest } from "./measure.js";
import {
  budgetVariants,
  evaluatedSpaces,
  lookedAtPerSpace,
  maySource,
  splitNetworks,
  type TransferVariant,
  transferVariants,
} from "./plan.js";
import {
  describeTest,
  type EvaluatePlatformsReport,
  type MeasuredArchitecture,
  noiseCeiling,
  type TargetSummary,
  type TransferCell,
} from "./report.js";

export { measurePlatforms, trainSources } from "./measure.js";
export { architecturesLooked } from "./plan.js";

export interface EvaluatePlatformsRequest extends PlatformsRequest {
  /** Default: all of `platforms`. */
  readonly targets?: readonly string[] | undefined;
  readonly variants?: readonly TransferVariant[];
  readonly seeds: number;
  /** Also `budgetVariants`, with the first seed. */
  readonly budgets?: boolean | undefined;
  readonly method: TransferMethodName;
  onCell?(cell: TransferCell): void;
}

export async function evaluateTransferPlatforms(request: EvaluatePlatformsRequest): Promise<EvaluatePlatformsReport> {
  const { home, seeds, variants = transferVariants } = request;
  const plans = [
    ...variants.flatMap((variant) => Array.from({ length: seeds }, (_, i) => ({ variant, run: i + 1 }))),
    ...(request.budgets ? budgetVariants.map((variant) => ({ variant, run: 1 })) : []),
  ];
  const ids = await Promise.all(request.platforms.map((platform) => resolvePlatformId(platform, home)));
  const targetIds = await Promise.all((request.targets ?? ids).map((platform) => resolvePlatformId(platform, home)));
  const pool = openPool(home);
  const sources: PlatformPredictor[] = [];
  for (const id of ids) sources.push(await loadPlatformPredictor(pool.load(id)));
  const method = await loadTransferMethod(request.method, onnxRuntime);
  const store = await openStore(home);
  const targets: TargetSummary[] = [];
  const cells: TransferCell[] = [];
  try {
    request.onStage?.("transfers", targetIds.length * plans.length);
    for (const id of targetIds) {
      const rows = await store.query({ platform: id, every: true });
      const target = await readTarget(id, rows);
      if (splitNetworks(target.architectures, 1).test.length === 0) continue;
      const { test } = splitNetworks(target.architectures, 1);
      targets.push({ target: id, test: test.length, noise: noiseCeiling(target.architectures) });
      const circumstances = { target: id, method: request.method, platforms: ids, rows: rows.length, lookedAtPerSpace };
      const kept = keptRuns<TransferCell>(home, "transfer", circumstances);
      for (const { variant, run } of plans) {
        const cell =
          kept.find((known) => known.variant === variant.name && known.seed === run) ??
          kept.add(await transferOnce(request, { target, method, sources, variant, run }));
        cells.push(cell);
        request.onCell?.(cell);
        request.onProgress?.(cells.length, id);
      }
    }
  } finally {
    await store.close();
    for (const source of sources) await source.release();
  }
  return { date: new Date().toISOString(), platforms: ids, targets, cells };
}

interface Target {
  readonly platform: string;
  readonly rules: FusionRules;
  readonly rows: readonly Measurement[];
  readonly architectures: readonly MeasuredArchitecture[];
}

async function readTarget(platform: string, rows: readonly Measurement[]): Promise<Target> {
  const rules = rulesOf(parsePlatformId(platform), measuredNchwcBlock(rows));
  const looks = new Map<string, Map<number, number>>();
  for (const { subject, outcome, purpose, repeat = 1 } of rows)
    if (subject.kind === "model" && outcome.status === "ok" && (purpose === "fit" || purpose === "test"))
      getOrCreate(looks, subject.name, () => new Map<number, number>()).set(repeat, outcome.latencyMs);
  const architectures: MeasuredArchitecture[] = [];
  for (const [name, times] of looks) {
    const space = name.split("/")[0]!;
    const measuredMs = times.get(1);
    if (measuredMs === undefined || !evaluatedSpaces.includes(space)) continue;
    const detection = await networkKernels(name, rules);
    if (detection) architectures.push({ space, detection, measuredMs, againMs: times.get(2) });
  }
  return { platform, rules, rows, architectures };
}

interface Transfer {
  readonly target: Target;
  readonly method: TransferMethod;
  readonly sources: readonly PlatformPredictor[];
  readonly variant: TransferVariant;
  readonly run: number;
}

async function transferOnce(
  { signal }: EvaluatePlatformsRequest,
  { target, method, sources, variant, run }: Transfer,
): Promise<TransferCell> {
  const started = performance.now();
  const { looked, test } = splitNetworks(target.architectures, run);
  const chosen = createRandom(`${run}/architectures`).shuffle(looked).slice(0, variant.architectures);
  const { candidates, latencyOf } = measuredKernels(target.rows);
  const fitted = await fitPlatform({
    platform: target.platform,
    rules: target.rules,
    backend: onnxRuntime,
    rows: [],
    sources: sources.filter((source) => maySource(variant, target.platform, source.platform)),
    method,
    candidates,
    further: {
      budget: variant.kernels,
      measure: async (requests) =>
        requests.map(({ type, config }) => {
          const latencyMs = latencyOf(type, config);
          return latencyMs === undefined
            ? { status: "failed", reason: "could not be run" }
            : { status: "measured", latencyMs };
        }),
    },
    networks: async () => chosen,
    callMs: callCostOf(target.rows),
    recipe: "compact",
    seed: run,
    signal,
  });
  const predicted = await fitted.predictor.predictAll(test.map(({ detection }) => detection));
  const kernels = [...(fitted.adaptation?.kernels ?? [])];
  const used = fitted.adaptation?.measurementsUsed ?? 0;
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

/** What may be looked at: every config that was tried on the target. */
function measuredKernels(rows: readonly Measurement[]) {
  const candidates = new Map<string, Map<string, KernelConfig>>();
  for (const { subject } of rows)
    if (subject.kind === "kernel")
      getOrCreate(candidates, subject.type, () => new Map<string, KernelConfig>()).set(
        configKey(subject.config),
        subject.config,
      );
  const latencies = new Map(
    kernelRows(rows).map(({ type, configs, latenciesMs }) => [
      type,
      new Map(configs.map((config, i) => [configKey(config), latenciesMs[i]!])),
    ]),
  );
  return {
    candidates: new Map([...candidates].map(([type, configs]) => [type, [...configs.values()]])),
    latencyOf: (type: string, config: KernelConfig) => latencies.get(type)?.get(configKey(config)),
  };
}

/** Seconds that one measurement took: median over the sessions of their length ÷ number. */
function secondsEach(rows: readonly Measurement[], kind: "kernel" | "model"): number {
  const sessions = new Map<string, number[]>();
  for (const { subject, session, at } of rows)
    if (subject.kind === kind) getOrCreate(sessions, session, () => [] as number[]).push(Date.parse(at));
  const rates = [...sessions.values()]
    .filter((times) => times.length >= 20)
    .map((times) => (Math.max(...times) - Math.min(...times)) / 1000 / times.length);
  return rates.length === 0 ? Number.NaN : median(rates);
}
