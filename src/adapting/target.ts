/** The platform that is adapted to, and what is measured on it: before any fit, in rounds of the method, and whole networks. */
import { LitepredError } from "../base/index.js";
import type { Engine, LocalPlatform } from "../engines/index.js";
import { importedProtocol, kernelKey, type Store } from "../measurements/index.js";
import { measureNetworks, profileInContext, timesInContext } from "../measuring/index.js";
import { isLocal, parsePlatformId } from "../platforms/index.js";
import { profileKernels, protocol as protocolNamed, protocols } from "../profiling/index.js";
import { type Candidates, networksPerSpace, networksToFit, spaceCandidates } from "../sampling/index.js";
import type { AdaptationTask, Goal, MeasureOutcome, MeasureRequest } from "../transfer/index.js";
import { openLocalPlatform, resolvePlatformId, rulesOf } from "../workspace/index.js";
import type { FitRequest } from "./fit.js";

export interface AdaptRequest {
  readonly home: string;
  /** Of this machine or an attached phone, or any other of which tables were imported: then nothing is measured. */
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
  /** Search spaces that kernels and networks are drawn from; default all. */
  readonly spaces?: readonly string[] | undefined;
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
  readonly onRound?: AdaptationTask["onRound"];
  readonly onNetworks?: FitRequest["onNetworks"];
}

/** Candidates to choose the measurements from, per measurement of the budget. Choice. */
export const candidatesPerMeasurement = 12;
/** In context: most networks, share of the time that goes to them (the rest to those measured whole), and minutes without a word. Choice. */
const mostNetworks = 220;
const kernelShare = 0.75;
const usualMinutes = 4;

/** Two looks at a network that differ by more are followed by others: of twenty on a busy Xeon two differed by 20 %, and widened all intervals. */
const mostSpread = 0.08;

/** Of the minutes of measuring, those that go to kernels. */
export const minutesOfKernels = (minutes = usualMinutes): number => kernelShare * minutes;

interface Target {
  /** Full. */
  readonly id: string;
  /** Measures what comes before any fit; what is measured after that, and how it is called. */
  measuring(): Promise<Pick<FitRequest, "candidates" | "further" | "measureNetworks" | "how">>;
}

export async function openTarget(request: AdaptRequest, store: Store): Promise<Target> {
  const id = await resolvePlatformId(request.platform, request.home);
  if (request.engine === undefined && (await isImported(id, store)))
    return { id, measuring: async () => ({ candidates: new Map(), how: "adapt/imported" }) };
  const local = await openLocalPlatform(request.platform, request.home, request.engine);
  const measureNetworks = () => measureForCorrection(request, local, store);
  const candidates = (perSpace: number) => candidatesOf(request, local, perSpace);
  if (!timesInContext(local))
    return {
      id: local.id,
      measuring: async () => ({
        candidates: await candidates(networksPerSpace.many),
        further: furtherKernels(request, local, store),
        measureNetworks,
        how: "adapt/default",
      }),
    };
  return {
    id: local.id,
    async measuring() {
      await measureInContext(request, local, store);
      return { candidates: await candidates(networksPerSpace.few), measureNetworks, how: "adapt/in-context" };
    },
  };
}

/** Another device, of which nothing but tables is known. */
async function isImported(id: string, store: Store): Promise<boolean> {
  if (isLocal(parsePlatformId(id))) return false;
  const known = await store.query({ platform: id });
  return known.length > 0 && known.every(({ protocol }) => protocol.name === importedProtocol.name);
}

const candidatesOf = (
  { budget, seed, spaces }: AdaptRequest,
  { platform }: LocalPlatform,
  perSpace: number,
): Promise<Candidates> =>
  spaceCandidates({ rules: rulesOf(platform), count: budget * candidatesPerMeasurement, seed, spaces, perSpace });

/** What a request says of measuring itself. */
type Measuring = Pick<AdaptRequest, "seed" | "spaces" | "signal" | "onStage" | "onProgress">;

/** Kernels inside networks, for their share of the minutes. @throws LitepredError `interrupted`. */
export async function measureInContext(
  request: Measuring & Pick<AdaptRequest, "minutes">,
  local: LocalPlatform,
  store: Store,
): Promise<void> {
  await profileInContext({
    store,
    local,
    networks: mostNetworks,
    minutes: minutesOfKernels(request.minutes),
    seed: request.seed,
    spaces: request.spaces,
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

/** Networks measured whole: `models` of the seed's. */
export async function measureForCorrection(
  request: Measuring & Pick<AdaptRequest, "models">,
  local: LocalPlatform,
  store: Store,
): Promise<void> {
  request.onStage?.("whole networks", request.models);
  await measureNetworks({
    store,
    local,
    networks: await networksToFit(request.models, request.seed, rulesOf(local.platform), request.spaces),
    purpose: "fit",
    protocol: { ...protocols.brief, sessions: 2, maxSpread: mostSpread },
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
    onRound: request.onRound,
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
        kernelKey(subject),
        outcome.status === "ok"
          ? { status: "measured", latencyMs: outcome.latencyMs }
          : { status: "failed", reason: `${outcome.reason}: ${outcome.message}` },
      );
  return requests.map((request) => known.get(kernelKey(request)) ?? { status: "failed", reason: "not measured" });
}
