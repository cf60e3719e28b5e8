/**
 * A new platform from the pool: a few kernels are measured on it, the pool's predictors are adapted to them, a few whole
 * models give the model-level correction, and the result goes into the pool as a predictor that stands by itself.
 * What was measured is in the store: the same command goes on from there, however it was stopped.
 */
import { conformalQuantile, createRandom, getOrCreate, LitepredError } from "../base/index.js";
import { type KernelConfig, kernelTypeOf } from "../kernels/index.js";
import { configKey, openStore, type Protocol, type Store } from "../measurements/index.js";
import { openPool } from "../pool/index.js";
import {
  type Correction,
  createPlatformPredictor,
  distilKernelPredictor,
  fitCorrection,
  fitGeneralRoofline,
  loadPlatformPredictor,
  noCorrection,
  type PlatformPredictor,
} from "../predictors/index.js";
import { protocol as protocolNamed } from "../profiling/index.js";
import { onnxRuntime } from "../runtime/index.js";
import { collectStatistics, type PlannedKernel, planKernels } from "../sampling/index.js";
import { loadSpaces } from "../spaces/index.js";
import {
  type Adaptation,
  type AdaptationKernel,
  type AdaptationRound,
  type AdaptedKernel,
  type Goal,
  isPredictable,
  loadTransferMethod,
  type MeasureOutcome,
  type MeasureRequest,
  type Source,
} from "../transfer/index.js";
import { calibrationKernels, measureCalibrationModels } from "./calibration.js";
import { profileKernels } from "./profile.js";
import { provenance } from "./train.js";
import { type LocalPlatform, localNchwcBlock, openLocalPlatform, rulesOf } from "./workspace.js";

export interface AdaptRequest {
  readonly home: string;
  readonly platform: string;
  /** More folders of predictors. */
  readonly pools: readonly string[];
  /** Kernels measured on the target, failures included; whole models come on top. */
  readonly budget: number;
  readonly goal?: Goal;
  /** `default`. */
  readonly method: string;
  /** Whole models for the correction. */
  readonly models: number;
  /** Looks at each of them, minutes apart, and how long; default two of `quick`. */
  readonly modelPasses?: { readonly count: number; readonly protocol: Protocol };
  readonly protocol: string;
  readonly seed: number;
  /** Sources that may not be used, by a substring of their id. */
  readonly exclude?: readonly string[];
  readonly signal?: AbortSignal;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
  onRound?(round: AdaptationRound): void;
}

export interface AdaptReport {
  readonly platform: string;
  readonly method: string;
  readonly measurementsUsed: number;
  readonly seconds: number;
  readonly donors: Readonly<Record<string, readonly string[]>>;
  readonly kernels: Readonly<
    Record<
      string,
      { measured: number; failed: number; mape?: number; within5?: number; within10?: number; weak?: string }
    >
  >;
  readonly rounds: readonly AdaptationRound[];
  readonly goalReached?: boolean;
  /** Whole models measured for the correction, each predicted by a correction fitted without it. */
  readonly models: { readonly n: number; readonly within5: number; readonly within10: number; readonly spread: number };
  readonly file: string;
}

/** Candidates to choose the measurements from, per measurement of the budget; they also teach the distilled predictor. Choice. */
const candidatesPerMeasurement = 12;
/** A kernel type with fewer candidates is left to the general roofline. */
const fewestConfigs = 3;
const architecturesPerSpace = 40;
/** Half an interval, in ln units, where too few measurements give none: as for kernels that nothing was measured of. */
const widest = Math.log(4);
/** Candidates of a kernel type that teach its distilled predictor: it only has to repeat a smooth function. Choice. */
const distilledFrom = 250;

export async function adaptPlatform(request: AdaptRequest): Promise<AdaptReport> {
  const started = performance.now();
  if (!Number.isInteger(request.budget) || request.budget < 20)
    throw new LitepredError("bad-usage", `--budget ${request.budget} is not a whole number of 20 or more`);
  if (request.method !== "default")
    throw new LitepredError(
      "bad-usage",
      `method "${request.method}" cannot adapt to an engine`,
      "use default; litepred evaluate transfer has the others",
    );
  const local = await openLocalPlatform(request.platform, request.home);
  const sources = await loadSources(request, local.id);
  const candidates = await chooseCandidates(request, local);
  const method = await loadTransferMethod("default", onnxRuntime);
  const store = await openStore(request.home);
  try {
    request.onStage?.("kernels", request.budget);
    let measured = 0;
    const adaptation = await method.adapt({
      kernels: adaptationKernels(candidates, sources),
      budget: request.budget,
      seed: request.seed,
      ...(request.goal ? { goal: request.goal } : {}),
      ...(request.signal ? { signal: request.signal } : {}),
      ...(request.onRound ? { onRound: request.onRound } : {}),
      async measure(requests) {
        const outcomes = await measureOn(request, local, store, requests, (done) =>
          request.onProgress?.(measured + done),
        );
        measured += requests.length;
        return outcomes;
      },
    });
    const { predictor, states } = await distil(request, local.id, candidates, adaptation);
    const correction = await correct(request, local, store, predictor);
    const rows = await store.query({ platform: local.id });
    const donors = Object.fromEntries([...adaptation.kernels].map(([type, kernel]) => [type, kernel.donors]));
    const general = predictor.general;
    const file = openPool(request.home).save({
      platform: local.id,
      nchwcBlock: localNchwcBlock(),
      provenance: { ...provenance(rows, `adapt/${adaptation.method}`), samples: adaptation.measurementsUsed, donors },
      kernels: states,
      correction,
      general,
    });
    return {
      platform: local.id,
      method: adaptation.method,
      measurementsUsed: adaptation.measurementsUsed + correction.models,
      seconds: (performance.now() - started) / 1000,
      donors,
      kernels: Object.fromEntries([...adaptation.kernels].map(([type, kernel]) => [type, describeKernel(kernel)])),
      rounds: adaptation.rounds,
      ...(adaptation.goalReached === undefined ? {} : { goalReached: adaptation.goalReached }),
      models: describeModels(correction),
      file,
    };
  } finally {
    await store.close();
    for (const source of sources) await source.release();
  }
}

function describeKernel({ measured, failed, estimate, weak }: AdaptedKernel) {
  return { measured, failed, ...(estimate ?? {}), ...(weak === undefined ? {} : { weak }) };
}

function describeModels({ models, residuals }: Correction) {
  const within = (limit: number) =>
    residuals.filter((residual) => Math.expm1(residual) <= limit).length / Math.max(1, models);
  return { n: models, within5: within(0.05), within10: within(0.1), spread: conformalQuantile(residuals, 0.9) };
}

async function loadSources(request: AdaptRequest, target: string): Promise<PlatformPredictor[]> {
  const pool = openPool(request.home, request.pools);
  const ids = pool
    .list()
    .entries.map((entry) => entry.platform)
    .filter((id) => id !== target && !(request.exclude ?? []).some((part) => id.includes(part)));
  return Promise.all(ids.map((id) => loadPlatformPredictor(pool.load(id), onnxRuntime)));
}

async function chooseCandidates(
  request: AdaptRequest,
  { platform }: LocalPlatform,
): Promise<Map<string, KernelConfig[]>> {
  const statistics = collectStatistics({
    spaces: await loadSpaces(),
    rules: rulesOf(platform),
    architecturesPerSpace,
    random: createRandom(`${request.seed}/statistics`),
  });
  const planned: PlannedKernel[] = planKernels({
    statistics,
    budget: request.budget * candidatesPerMeasurement,
    seed: request.seed,
    minimumPerType: 150,
  });
  const byType = new Map<string, KernelConfig[]>();
  for (const { type, config } of planned) getOrCreate(byType, type, () => [] as KernelConfig[]).push(config);
  return byType;
}

function adaptationKernels(
  candidates: ReadonlyMap<string, readonly KernelConfig[]>,
  sources: readonly PlatformPredictor[],
): AdaptationKernel[] {
  return [...candidates].map(([type, configs]) => ({
    type: kernelTypeOf(type),
    candidates: configs,
    sources: sources.flatMap((source): Source[] => {
      const predictor = source.kernels.get(type);
      return predictor ? [{ platform: source.platform, latencies: (asked) => predictor.predict(asked) }] : [];
    }),
  }));
}

/** Measures what the store does not have and answers from the store. */
async function measureOn(
  request: AdaptRequest,
  { platform, id, engine }: LocalPlatform,
  store: Store,
  requests: readonly MeasureRequest[],
  onDone: (done: number) => void,
): Promise<MeasureOutcome[]> {
  await profileKernels({
    store,
    engine,
    platform,
    kernels: requests,
    protocol: protocolNamed(request.protocol),
    ...(request.signal ? { signal: request.signal } : {}),
    onProgress: ({ done }) => onDone(done),
  });
  if (request.signal?.aborted)
    throw new LitepredError(
      "interrupted",
      "interrupted; what was measured is kept",
      "the same command goes on from there",
    );
  const known = new Map<string, MeasureOutcome>();
  for (const { subject, outcome } of await store.query({ platform: id, kind: "kernel" }))
    if (subject.kind === "kernel")
      known.set(
        `${subject.type} ${configKey(subject.config)}`,
        outcome.status === "ok"
          ? { status: "measured", latencyMs: outcome.latencyMs }
          : { status: "failed", reason: `${outcome.reason}: ${outcome.message}` },
      );
  return requests.map(
    ({ type, config }) => known.get(`${type} ${configKey(config)}`) ?? { status: "failed", reason: "not measured" },
  );
}

async function distil(
  request: AdaptRequest,
  platform: string,
  candidates: ReadonlyMap<string, readonly KernelConfig[]>,
  adaptation: Adaptation,
) {
  request.onStage?.("distilling", adaptation.kernels.size);
  const sets = [];
  const predictors = [];
  for (const [type, adapted] of adaptation.kernels) {
    const configs = (candidates.get(type) ?? []).slice(0, distilledFrom);
    if (configs.length < fewestConfigs || !isPredictable(adapted)) continue;
    const predictions = await adapted.predict(configs);
    const set = { type, configs, latenciesMs: predictions.map((prediction) => prediction.latencyMs) };
    const { estimate } = adapted;
    const known = {
      samples: adapted.measured,
      heldOut: {
        n: adapted.measured,
        mape: estimate?.mape ?? Number.NaN,
        within5: estimate?.within5 ?? 0,
        within10: estimate?.within10 ?? 0,
        rmseMs: 0,
      },
      residuals: predictions
        .map((prediction) => Math.min(widest, Math.log(prediction.highMs / prediction.latencyMs)))
        .sort((a, b) => a - b),
    };
    sets.push(set);
    predictors.push(
      await distilKernelPredictor(onnxRuntime, set, known, {
        recipe: "compact",
        seed: request.seed,
        ...(request.signal ? { signal: request.signal } : {}),
      }),
    );
    request.onProgress?.(predictors.length, type);
  }
  const general = fitGeneralRoofline(sets);
  const kernels = new Map(predictors.map((predictor) => [predictor.type, predictor]));
  const plain = createPlatformPredictor({ platform, kernels, correction: noCorrection, general });
  return { predictor: plain, states: predictors.map((predictor) => predictor.toState()) };
}

async function correct(
  request: AdaptRequest,
  local: LocalPlatform,
  store: Store,
  predictor: PlatformPredictor,
): Promise<Correction> {
  const measured = await measureCalibrationModels({
    store,
    local,
    count: request.models,
    seed: request.seed,
    passes: request.modelPasses?.count ?? 2,
    ...(request.modelPasses ? { protocol: request.modelPasses.protocol } : {}),
    ...(request.signal ? { signal: request.signal } : {}),
    ...(request.onStage ? { onStage: request.onStage } : {}),
    ...(request.onProgress ? { onProgress: request.onProgress } : {}),
  });
  const rules = rulesOf(local.platform);
  const wholes = [];
  for (const { subject, outcome } of measured) {
    if (subject.kind !== "model" || outcome.status !== "ok") continue;
    const detection = await calibrationKernels(subject.name, rules);
    if (detection === undefined) continue;
    const { kernels } = await predictor.predict(detection);
    wholes.push({ kernels, measuredMs: outcome.latencyMs });
  }
  return fitCorrection(wholes);
}
