/**
 * Measures what the transfers are made of. Of each platform what `adapt` measures there: kernels for its share of the minutes, and the
 * networks of the correction, other ones for each draw. Then the test (`evaluate dataset`): architectures that no fit looks at.
 */
import { measureForCorrection, measureInContext, minutesOfKernels } from "../../adapting/index.js";
import { createRandom } from "../../base/index.js";
import type { Engine, LocalPlatform } from "../../engines/index.js";
import { trainPlatform } from "../../jobs/train.js";
import type { FusionRules } from "../../kernels/index.js";
import { type KernelRows, kernelKey, kernelRows, openStore, type Store } from "../../measurements/index.js";
import { timesInContext } from "../../measuring/index.js";
import { openPool } from "../../pool/index.js";
import { profileKernels, protocols } from "../../profiling/index.js";
import { collectStatistics, networksPerSpace, planKernels } from "../../sampling/index.js";
import { loadSpaces, type Space } from "../../spaces/index.js";
import { openLocalPlatform, resolvePlatformId, rulesOf } from "../../workspace/index.js";
import { measureDataset } from "../dataset/run.js";
import { isOfKernels, measuringSeconds } from "../measuring-cost.js";
import { nearestCost } from "./nearest-cost.js";
import { kernelCount, modelsLooked, seed, sourceHome, spacesEvaluated } from "./plan.js";

export interface PlatformsRequest {
  readonly home: string;
  readonly platforms: readonly string[];
  readonly signal?: AbortSignal | undefined;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

export interface MeasuringRequest extends PlatformsRequest {
  /** Of measuring on a target what `adapt` measures. */
  readonly minutes: number;
  /** Draws of the networks that corrections are fitted on. */
  readonly seeds: number;
  /** Architectures of each space in the test. */
  readonly count: number;
  /** Instead of the platforms' own, for tests. */
  readonly engine?: Engine | undefined;
  /** Networks of a draw, default 40. */
  readonly models?: number | undefined;
  /** Default: those of the evaluation. */
  readonly spaces?: readonly string[] | undefined;
}

export interface PlatformProblem {
  readonly platform: string;
  readonly problem: string;
}

/** Measures what the store lacks. A platform that breaks does not cost the others. */
export async function measurePlatforms(request: MeasuringRequest): Promise<PlatformProblem[]> {
  const problems: PlatformProblem[] = [];
  const store = await openStore(request.home);
  try {
    for (const asked of request.platforms) {
      if (request.signal?.aborted) break;
      try {
        await measureTarget(request, await openLocalPlatform(asked, request.home, request.engine), store);
      } catch (error) {
        problems.push({ platform: asked, problem: messageOf(error) });
      }
    }
  } finally {
    await store.close();
  }
  return [...problems, ...(await measureTests(request, problems))];
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

async function measureTarget(request: MeasuringRequest, local: LocalPlatform, store: Store): Promise<void> {
  const watch = {
    signal: request.signal,
    onStage: (label: string, total: number) => request.onStage?.(`${local.id}: ${label}`, total),
    onProgress: request.onProgress?.bind(request),
  };
  const { seeds, models = modelsLooked } = request;
  const minutes = await minutesLeft(request, local, store);
  if (minutes > 0)
    await (timesInContext(local) ? measureInContext : measureAlone)({ ...watch, seed, minutes }, local, store);
  for (let draw = 1; draw <= seeds && !request.signal?.aborted; draw++)
    await measureForCorrection({ ...watch, seed: draw, models }, local, store);
}

/** Of the request's, by what the store has: the same command does not measure on and on. A tenth is not worth another start. */
async function minutesLeft({ minutes }: MeasuringRequest, { id }: LocalPlatform, store: Store): Promise<number> {
  const rows = await store.query({ platform: id, every: true });
  const spent = measuringSeconds(rows.filter(isOfKernels)) / 60 / minutesOfKernels(1);
  return spent > 0.9 * minutes ? 0 : minutes - spent;
}

/** Of the kernels, those planned before anything is known of the platform. Choice. */
const firstShare = 0.4;

/** Kernels where the roofline says that time goes, then the more of them where it went. */
async function measureAlone(
  { minutes, signal, onStage, onProgress }: Omit<PlatformsRequest, "home" | "platforms"> & { readonly minutes: number },
  { platform, engine, id }: LocalPlatform,
  store: Store,
): Promise<void> {
  const rules = rulesOf(platform);
  const spaces = await loadSpaces();
  onStage?.("kernels", kernelCount);
  let done = 0;
  let leftMs = 60_000 * minutesOfKernels(minutes);
  for (const share of [firstShare, 1]) {
    const measured = kernelRows(await store.query({ platform: id, kind: "kernel" }), rules);
    const kernels = plannedKernels(rules, spaces, measured).slice(0, Math.round(share * kernelCount) - done);
    const started = performance.now();
    await profileKernels({
      ...{ store, engine, platform, kernels, signal, protocol: protocols.quick, untilMs: started + leftMs },
      onProgress: (now) => onProgress?.(done + now.done, now.failed > 0 ? `${now.failed} failed` : ""),
    });
    leftMs -= performance.now() - started;
    done += kernels.length;
  }
}

/** Those of a plan by what kernels cost, as far as that is known, that were not measured yet. A plan cut short has every type. */
function plannedKernels(rules: FusionRules, spaces: readonly Space[], measured: readonly KernelRows[]) {
  const statistics = collectStatistics({
    spaces,
    rules,
    architecturesPerSpace: networksPerSpace.few,
    random: createRandom(`${seed}/statistics`),
    latencyMs: nearestCost(measured),
  });
  const plan = planKernels({ statistics, budget: kernelCount, seed, minimumPerType: 12 });
  const known = new Set(measured.flatMap(({ type, configs }) => configs.map((config) => kernelKey({ type, config }))));
  return createRandom(`${seed}/order`).shuffle(plan.filter((kernel) => !known.has(kernelKey(kernel))));
}

/** On the platforms that did not break, in turns. */
async function measureTests(request: MeasuringRequest, broken: readonly PlatformProblem[]): Promise<PlatformProblem[]> {
  const platforms = request.platforms.filter((platform) => broken.every((one) => one.platform !== platform));
  if (request.signal?.aborted || platforms.length === 0) return [];
  const { home, count, signal, engine, spaces = spacesEvaluated } = request;
  const rows = await measureDataset({
    ...{ home, platforms, spaces, count, signal, engine, seed: testSeed },
    // What the fits are held against shall be better known than what they look at.
    protocol: protocols.standard,
    onStage: request.onStage?.bind(request),
    onProgress: request.onProgress?.bind(request),
  });
  return rows.flatMap(({ platform, problem }) => (problem === undefined ? [] : [{ platform, problem }]));
}

/** What `evaluate dataset` has unless told otherwise, so that either goes on from the other. */
const testSeed = 11;

/**
 * Predictors of the platforms as sources, each from its own measurements alone, so that none has heard of a target; made again where
 * more was measured since. They stand beside the workspace's pool, whose files `adapt` made from one another.
 */
export async function trainSources(request: PlatformsRequest): Promise<PlatformProblem[]> {
  const poolHome = sourceHome(request.home);
  const problems: PlatformProblem[] = [];
  for (const asked of request.platforms) {
    const id = await resolvePlatformId(asked, request.home);
    if (await isUpToDate(request.home, id)) continue;
    try {
      await trainPlatform({
        ...{ home: request.home, poolHome, platform: asked, recipe: "compact", seed, signal: request.signal },
        onStage: (label, total) => request.onStage?.(`${id}: ${label}`, total),
        onProgress: request.onProgress?.bind(request),
      });
    } catch (error) {
      if (request.signal?.aborted) throw error;
      problems.push({ platform: id, problem: messageOf(error) });
    }
  }
  return problems;
}

async function isUpToDate(home: string, platform: string): Promise<boolean> {
  const pool = openPool(sourceHome(home));
  const made = pool
    .list()
    .entries.find((entry) => entry.platform === platform && entry.file.startsWith(pool.folders[0]!));
  if (made === undefined) return false;
  const store = await openStore(home);
  try {
    return (await store.query({ platform, every: true })).at(-1)?.at === made.provenance.date;
  } finally {
    await store.close();
  }
}
