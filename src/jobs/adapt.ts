/**
 * A new platform from the pool. Where the engine tells the times of its nodes, kernels are timed inside sampled networks; elsewhere the
 * transfer method chooses kernels to be measured alone. A few networks measured whole give the model-level correction, and the result goes
 * into the pool as a predictor that stands by itself, or the best source does where that is better.
 * What was measured is in the store: the same command goes on from there, however it was stopped.
 */
import { conformalQuantile, LitepredError, shareWithin } from "../base/index.js";
import type { Engine } from "../engines/index.js";
import { configKey, openStore, type Store } from "../measurements/index.js";
import type { Correction } from "../predictors/index.js";
import { protocol as protocolNamed, protocols } from "../profiling/index.js";
import type {
  AdaptationRound,
  AdaptedKernel,
  ComparisonReport,
  Goal,
  MeasureOutcome,
  MeasureRequest,
} from "../transfer/index.js";
import { type FittedFile, fitAndSave, loadSources, networksPerSpace, spaceCandidates } from "./fit.js";
import { profileInContext, timesInContext } from "./in-context.js";
import type { LocalPlatform } from "./local-platform.js";
import { measureNetworks, networksToFit } from "./networks.js";
import { profileKernels } from "./profile.js";
import { openLocalPlatform, rulesOf } from "./workspace.js";

export interface AdaptRequest {
  readonly home: string;
  readonly platform: string;
  /** Default: the one that the platform's id names. */
  readonly engine?: Engine | undefined;
  /** More folders of predictors. */
  readonly pools: readonly string[];
  /** Kernels measured alone on the target, failures included; whole networks come on top. */
  readonly budget: number;
  /** Time for measuring. Default: as long as the budget takes; in context 4. */
  readonly minutes?: number | undefined;
  readonly goal?: Goal | undefined;
  /** `default`. */
  readonly method: string;
  /** Whole networks for the correction. */
  readonly models: number;
  readonly protocol: string;
  readonly seed: number;
  /** Sources that may not be used, by a substring of their id. */
  readonly exclude?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
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
  readonly goalReached?: boolean | undefined;
  /** Whole networks measured for the correction, each predicted by a correction fitted without it. */
  readonly models: { readonly n: number; readonly within5: number; readonly within10: number; readonly spread: number };
  /** What was fitted, held against the best source. */
  readonly comparison?: ComparisonReport | undefined;
  /** Median |ln| by which the compact predictors differ from the adapted ones. */
  readonly distilLoss?: number | undefined;
  readonly file: string;
}

/** Candidates to choose the measurements from, per measurement of the budget. Choice. */
const candidatesPerMeasurement = 12;
/** In context: most networks, share of the time that goes to them (the rest to those measured whole), and minutes without a word. Choice. */
const mostNetworks = 220;
const kernelShare = 0.75;
const usualMinutes = 4;

export async function adaptPlatform(request: AdaptRequest): Promise<AdaptReport> {
  const started = performance.now();
  check(request);
  const local = await openLocalPlatform(request.platform, request.home, request.engine);
  const sources = await loadSources(request.home, request.pools, request.exclude);
  const store = await openStore(request.home);
  try {
    const inContext = timesInContext(local);
    if (inContext) await measureInContext(request, local, store);
    const fitted = await fitAndSave({
      home: request.home,
      store,
      platform: local.id,
      sources,
      candidates: await spaceCandidates(
        local.platform,
        request.budget * candidatesPerMeasurement,
        request.seed,
        inContext ? networksPerSpace.few : networksPerSpace.many,
      ),
      further: inContext ? undefined : furtherKernels(request, local, store),
      measureNetworks: () => measureForCorrection(request, local, store),
      recipe: "compact",
      seed: request.seed,
      how: inContext ? "adapt/in-context" : "adapt/default",
      signal: request.signal,
      onStage: request.onStage?.bind(request),
      onProgress: request.onProgress?.bind(request),
    });
    return await describe(fitted, store, local.id, (performance.now() - started) / 1000);
  } finally {
    await store.close();
    for (const source of sources) await source.release();
  }
}

function check({ budget, method, minutes }: AdaptRequest): void {
  if (!Number.isInteger(budget) || budget < 20)
    throw new LitepredError("bad-usage", `--budget ${budget} is not a whole number of 20 or more`);
  if (minutes !== undefined && !(minutes > 0))
    throw new LitepredError("bad-usage", `--minutes ${minutes} is not above 0`, "for example --minutes 3");
  if (method !== "default")
    throw new LitepredError(
      "bad-usage",
      `method "${method}" cannot adapt to an engine`,
      "use default; litepred evaluate transfer has the others",
    );
}

async function measureInContext(request: AdaptRequest, local: LocalPlatform, store: Store): Promise<void> {
  await profileInContext({
    store,
    local,
    networks: mostNetworks,
    minutes: kernelShare * (request.minutes ?? usualMinutes),
    seed: request.seed,
    signal: request.signal,
    onStage: request.onStage?.bind(request),
    onProgress: request.onProgress?.bind(request),
  });
  throwIfInterrupted(request.signal);
}

function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new LitepredError(
      "interrupted",
      "interrupted; what was measured is kept",
      "the same command goes on from there",
    );
}

async function measureForCorrection(request: AdaptRequest, local: LocalPlatform, store: Store): Promise<void> {
  request.onStage?.("whole networks", request.models);
  await measureNetworks({
    store,
    local,
    networks: await networksToFit(request.models, request.seed, rulesOf(local.platform)),
    purpose: "fit",
    protocol: { ...protocols.brief, sessions: 2 },
    signal: request.signal,
    onProgress: request.onProgress?.bind(request),
  });
}

/** The method asks in rounds; the store answers what it has. */
function furtherKernels(request: AdaptRequest, local: LocalPlatform, store: Store) {
  let measured = 0;
  request.onStage?.("kernels", request.budget);
  return {
    budget: request.budget,
    goal: request.goal,
    onRound: request.onRound?.bind(request),
    async measure(requests: readonly MeasureRequest[]) {
      const outcomes = await measureOn(request, local, store, requests, (done) =>
        request.onProgress?.(measured + done),
      );
      measured += requests.length;
      return outcomes;
    },
  };
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
    signal: request.signal,
    onProgress: ({ done }) => onDone(done),
  });
  throwIfInterrupted(request.signal);
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

async function describe(fitted: FittedFile, store: Store, platform: string, seconds: number): Promise<AdaptReport> {
  const { adaptation, correction, comparison, distilLoss, file } = fitted;
  const measured = await store.query({ platform });
  const adapted = [...(adaptation?.kernels ?? [])];
  return {
    platform,
    method: adaptation?.method ?? "scratch",
    measurementsUsed: measured.length,
    seconds,
    donors: Object.fromEntries(adapted.map(([type, { donors }]) => [type, donors])),
    kernels: {
      ...Object.fromEntries(
        fitted.kernels.map(({ type, samples, heldOut: { mape, within5, within10 } }) => [
          type,
          { measured: samples, failed: 0, mape, within5, within10 },
        ]),
      ),
      ...Object.fromEntries(adapted.map(([type, kernel]) => [type, describeKernel(kernel)])),
    },
    rounds: adaptation?.rounds ?? [],
    goalReached: adaptation?.goalReached,
    models: describeModels(correction),
    comparison,
    distilLoss,
    file,
  };
}

const describeKernel = ({ measured, failed, estimate, weak }: AdaptedKernel) => ({
  measured,
  failed,
  ...estimate,
  weak,
});

function describeModels({ models, residuals }: Correction) {
  const errors = residuals.map(Math.expm1);
  const within = (limit: number) => (models === 0 ? 0 : shareWithin(errors, limit));
  return { n: models, within5: within(0.05), within10: within(0.1), spread: conformalQuantile(residuals, 0.9) };
}
