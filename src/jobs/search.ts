/**
 * The best architectures under latency budgets: search with the platforms' predictors, measure some of the front where a platform is
 * attached, correct the predictors by what was measured, and go on until the measured front stands. How far it has come is kept: the same
 * call goes on from there, however it was stopped.
 */
import { loadAccuracy } from "../accuracy/index.js";
import { percent } from "../base/index.js";
import { openPool } from "../pool/index.js";
import { loadPlatformPredictor, type PlatformPredictor } from "../predictors/index.js";
import { protocol as protocolNamed } from "../profiling/index.js";
import { onnxRuntime } from "../runtime/index.js";
import {
  type AccuracyPredictor,
  hypervolumeOf,
  latencyOf,
  restateUnder,
  type SearchOptions,
  type SearchProblem,
  type SearchState,
  searchFrom,
  spreadOf,
} from "../search/index.js";
import { fixGenes } from "../spaces/index.js";
import { openSearchJournal, type SearchJournal, type SearchProgress, type Verified } from "./search/journal.js";
import { bestEntries, describeFront, type FoundArchitecture, standingFront } from "./search/report.js";
import { checkRequest, defaultEvaluations, defaultObjectives, type SearchRequest } from "./search/request.js";
import { loadSearchSpace, type SearchSpace } from "./search/space.js";
import { attachedPlatform, measureFront, refitOf } from "./search/verify.js";
import { resolvePlatformId } from "./workspace.js";

export type { FoundArchitecture, FoundPlatform } from "./search/report.js";
export type { SearchRequest } from "./search/request.js";

export interface SearchReport {
  readonly space: string;
  readonly best: readonly FoundArchitecture[];
  readonly pareto: readonly FoundArchitecture[];
  readonly evaluated: number;
  readonly seconds: number;
  readonly hypervolume: number;
  /** Platforms whose networks could not be measured here, and why; empty where nothing was to be. */
  readonly notVerified: readonly { readonly platform: string; readonly reason: string }[];
  /** All that was measured in the last round lies in its predicted interval; absent where nothing was measured. */
  readonly stands?: boolean;
  readonly limitsMs: readonly (number | undefined)[];
  /** Absent unless no architecture meets the budgets: then the smallest that was reached on the first platform that misses its own. */
  readonly smallestMs?: number;
  readonly smallest?: readonly { readonly platform: string; readonly limitMs: number; readonly smallestMs: number }[];
}

/** Rounds of measuring and searching on. Each begins with what the one before has taught. Choice. */
const mostRounds = 4;
/** Of the evaluations, for each round after the first. Choice. */
const laterShare = 0.25;

/** @throws LitepredError for what is no request, unknown names, and `interrupted`. */
export async function search(request: SearchRequest): Promise<SearchReport> {
  checkRequest(request);
  const task = await prepare(request);
  try {
    const progress = await run(task);
    return await report(task, progress);
  } finally {
    for (const predictor of task.predictors) await predictor.release();
  }
}

interface SearchTask {
  readonly request: SearchRequest;
  readonly searched: SearchSpace;
  readonly accuracy: AccuracyPredictor;
  readonly predictors: readonly PlatformPredictor[];
  readonly evaluations: number;
  readonly journal: SearchJournal;
  readonly notVerified: { platform: string; reason: string }[];
}

async function prepare(request: SearchRequest): Promise<SearchTask> {
  const { home, evaluations = defaultEvaluations } = request;
  const given = await loadSearchSpace(request.space);
  const accuracy = await accuracyOf(request, given);
  const searched = accuracy.fixed ? { ...given, space: fixGenes(given.space, accuracy.fixed) } : given;
  const pool = openPool(home, request.pools);
  const ids = await Promise.all(request.platforms.map((id) => resolvePlatformId(id, home)));
  const artefacts = ids.map((id) => pool.load(id));
  const predictors = await Promise.all(artefacts.map((artefact) => loadPlatformPredictor(artefact, onnxRuntime)));
  const { platforms: _, engines: __, signal: ___, again, pools: ____, ...rest } = request;
  const journal = openSearchJournal(
    home,
    {
      ...rest,
      home: undefined,
      version: searched.version,
      accuracy: accuracy.name,
      predictors: artefacts.map(({ platform, sha256 }) => [platform, sha256]),
    },
    again === true,
  );
  return { request, searched, accuracy, predictors, evaluations, journal, notVerified: [] };
}

/** Searches, measures and refits in turn, from wherever an earlier call has stopped. */
async function run(task: SearchTask): Promise<SearchProgress> {
  const { journal } = task;
  const { seconds } = journal.start;
  const began = performance.now();
  let progress = journal.start;
  const keep = (changed: Partial<SearchProgress>, now: boolean) => {
    progress = { ...progress, ...changed, seconds: seconds + (performance.now() - began) / 1000 };
    journal.keep(progress, now);
  };
  while (!progress.isDone) {
    const { round, verified } = progress;
    const problem = await problemOf(task, verified);
    const state = await searchRound(task, problem, progress, keep);
    const found = await verifyRound(task, problem, state, verified);
    const stands = found.length === 0 ? progress.stands : found.every(isAsPredicted);
    const isDone = found.length === 0 || stands === true || round + 1 >= mostRounds;
    keep({ round: round + 1, verified: [...verified, ...found], state, target: undefined, stands, isDone }, true);
  }
  return progress;
}

const isAsPredicted = ({ measuredMs, lowMs, highMs }: Verified) =>
  measuredMs !== undefined && measuredMs >= lowMs && measuredMs <= highMs;

async function problemOf(
  { request, searched, accuracy, predictors }: SearchTask,
  verified: readonly Verified[],
): Promise<SearchProblem> {
  const { space } = searched;
  const platforms: SearchProblem["platforms"][number][] = [];
  for (const [i, predictor] of predictors.entries()) {
    const refit = await refitOf(space, predictor, verified);
    platforms.push({ predictor: latencyOf(space, predictor, refit), maxMs: request.maxLatencyMs?.[i] });
  }
  const { objectives = defaultObjectives, sure = false, level = 0.9 } = request;
  return { space, accuracy, platforms, objectives, sure, level };
}

/** To the end of the round, which is kept. */
async function searchRound(
  { request, evaluations }: SearchTask,
  problem: SearchProblem,
  progress: SearchProgress,
  keep: (changed: Partial<SearchProgress>, now: boolean) => void,
): Promise<SearchState> {
  let { state, target } = progress;
  if (target === undefined) {
    state &&= await restateUnder(problem, state);
    target = state === undefined ? evaluations : state.evaluated + Math.ceil(evaluations * laterShare);
    keep({ state, target }, true);
  }
  const options: SearchOptions = { ...optionsOf(request), evaluations: target };
  request.onStage?.(progress.round === 0 ? "search" : `search, round ${progress.round + 1}`, target);
  try {
    for await (const reached of searchFrom(problem, options, state)) {
      state = reached;
      keep({ state }, false);
      request.onProgress?.(Math.min(state.evaluated, target), noteOf(state));
    }
  } finally {
    keep({ state }, true);
  }
  return state!;
}

const optionsOf = ({ method, population, parents, mutation, seed = 1, signal }: SearchRequest) => ({
  method,
  seed,
  signal,
  ...(population !== undefined && { population }),
  ...(parents !== undefined && { parents }),
  ...(mutation !== undefined && { mutation }),
});

/** What a search tells while it runs. */
function noteOf(state: SearchState): string {
  const { generation, feasibleShare, best } = state;
  const parts = [`generation ${generation}`, `${percent(feasibleShare, 0)} feasible`];
  if (best === undefined) return [...parts, "nothing meets the budget yet"].join(", ");
  return [
    ...parts,
    `hypervolume ${hypervolumeOf(state).toFixed(3)}`,
    `best ${Math.abs(best.individual.values[0]!).toFixed(2)} at ${best.individual.limitedMs.map((ms) => ms.toPrecision(3)).join(" and ")} ms`,
    `${generation - best.generation} generations since`,
  ].join(", ");
}

/** Measures what of the front is to be measured and was not. Empty where nothing is left, or no platform is attached. */
async function verifyRound(
  task: SearchTask,
  problem: SearchProblem,
  state: SearchState,
  verified: readonly Verified[],
): Promise<Verified[]> {
  const { request, searched } = task;
  const chosen = spreadOf(standingFront(state, problem, verified), request.verify ?? 0);
  const found: Verified[] = [];
  task.notVerified.length = 0;
  for (const { predictor } of chosen.length > 0 ? problem.platforms : []) {
    const { platform } = predictor;
    const known = new Set(verified.filter((one) => one.platform === platform).map(({ vector }) => vector.join()));
    const open = chosen.filter(({ vector }) => !known.has(vector.join()));
    if (open.length === 0) continue;
    const attached = await attachedPlatform(platform, request.home, request.engines?.[platform]);
    if ("reason" in attached) {
      task.notVerified.push({ platform, reason: attached.reason });
      continue;
    }
    request.onStage?.(`measuring ${open.length} networks on ${platform}`, open.length);
    const costs = await predictor.predictAll(
      open.map(({ vector }) => searched.space.decode(vector)),
      problem.level,
    );
    const networks = costs.map(({ latencyMs, lowMs, highMs }, i) => ({
      ...{ vector: open[i]!.vector, platform, predictedMs: latencyMs, lowMs, highMs },
    }));
    const protocol = protocolNamed(request.protocol ?? "standard");
    const { home, signal } = request;
    found.push(...(await measureFront({ home, searched, networks, protocol, signal }, attached.local)));
  }
  return found;
}

async function report(
  task: SearchTask,
  { verified, state: last, seconds, stands }: SearchProgress,
): Promise<SearchReport> {
  const { request, searched } = task;
  const problem = await problemOf(task, verified);
  const state = verified.length === 0 ? last! : await restateUnder(problem, last!);
  const front = standingFront(state, problem, verified);
  const pareto = await describeFront(problem, front, verified);
  return {
    space: searched.space.name,
    best: bestEntries(pareto, front, request.verify ?? 0),
    pareto,
    evaluated: state.evaluated,
    seconds,
    hypervolume: hypervolumeOf(state),
    limitsMs: problem.platforms.map(({ maxMs }) => maxMs),
    ...(stands !== undefined && { stands }),
    notVerified: task.notVerified,
    ...(front.length === 0 && smallestOf(problem, state)),
  };
}

function smallestOf({ platforms }: SearchProblem, { smallestMs }: SearchState) {
  const smallest = platforms.flatMap(({ predictor, maxMs }, i) =>
    maxMs === undefined ? [] : [{ platform: predictor.platform, limitMs: maxMs, smallestMs: smallestMs[i]! }],
  );
  const missed = smallest.find((one) => one.smallestMs > one.limitMs) ?? smallest[0];
  return missed && { smallestMs: missed.smallestMs, smallest };
}

/** The predictor that was given or named; else what the space's own file tells. */
async function accuracyOf(
  { accuracy }: SearchRequest,
  { space, accuracy: own }: SearchSpace,
): Promise<AccuracyPredictor> {
  if (typeof accuracy === "object") return accuracy;
  if (accuracy === undefined && own !== undefined) return own;
  return loadAccuracy(accuracy, space);
}
