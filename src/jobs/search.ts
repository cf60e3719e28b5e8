/**
 * The best architectures under latency budgets: search with the platforms' predictors, measure some of the front where a platform is
 * attached, correct the predictors by what was measured, and go on until the measured front stands. How far it has come is kept: the same
 * call goes on from there, however it was stopped.
 */
import { percent, usualLevel } from "../base/index.js";
import { protocol as protocolNamed } from "../profiling/index.js";
import type { Front } from "../reports/index.js";
import {
  bestOf,
  frontSoFar,
  hypervolumeOf,
  type Individual,
  restateUnder,
  type SearchOptions,
  type SearchProblem,
  type SearchState,
  searchFrom,
  spreadOf,
} from "../search/index.js";
import {
  attachedPlatform,
  bestEntries,
  checkRequest,
  defaultEvaluations,
  defaultObjectives,
  describeFront,
  measureFront,
  openPredictors,
  openSearchJournal,
  type Predictors,
  problemWith,
  type SearchJournal,
  type SearchProgress,
  type SearchRequest,
  standingFront,
  type Verified,
} from "../searching/index.js";

export type { FoundArchitecture, FoundPlatform } from "../reports/index.js";
export type { SearchRequest } from "../searching/index.js";

export interface SearchReport extends Front {
  readonly seconds: number;
  readonly hypervolume: number;
  /** Platforms whose networks could not be measured here, and why; empty where nothing was to be. */
  readonly notVerified: readonly { readonly platform: string; readonly reason: string }[];
  /** All that was measured in the last round is as was predicted; absent where nothing was measured. */
  readonly stands?: boolean | undefined;
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
    await task.known.release();
  }
}

interface SearchTask {
  readonly request: SearchRequest;
  readonly known: Predictors;
  readonly evaluations: number;
  readonly journal: SearchJournal;
  readonly notVerified: { platform: string; reason: string }[];
}

async function prepare(request: SearchRequest): Promise<SearchTask> {
  const { home, evaluations = defaultEvaluations } = request;
  const known = await openPredictors(request);
  const { platforms: _, engines: __, signal: ___, again, pools: ____, ...rest } = request;
  const circumstances = { ...rest, home: undefined, ...known.versions };
  const journal = openSearchJournal(home, circumstances, again === true);
  return { request, known, evaluations, journal, notVerified: [] };
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

/** Within its interval, and close: an interval may be wide. */
const isAsPredicted = ({ measuredMs, predictedMs, lowMs, highMs }: Verified) =>
  measuredMs !== undefined &&
  measuredMs >= lowMs &&
  measuredMs <= highMs &&
  Math.abs(measuredMs / predictedMs - 1) <= closeEnough;
/** Choice. */
const closeEnough = 0.05;

function problemOf({ request, known }: SearchTask, verified: readonly Verified[]): Promise<SearchProblem> {
  const { objectives = defaultObjectives, sure = false, level = usualLevel, maxLatencyMs } = request;
  return problemWith(known, verified, { objectives, sure, level, maxLatencyMs });
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
      request.onFront?.(frontSoFar(state));
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

/** Under a budget the part of the front near it: the small networks are not what was asked for. */
function worthMeasuring(front: readonly Individual[], { platforms }: SearchProblem): readonly Individual[] {
  const limited = platforms.findIndex(({ maxMs }) => maxMs !== undefined);
  const best = bestOf(front);
  if (limited < 0 || best === undefined) return front;
  return front.filter(({ limitedMs }) => limitedMs[limited]! >= nearBudget * best.limitedMs[limited]!);
}

/** Of the latency of the best. Choice. */
const nearBudget = 0.75;

/** Measures what of the front is to be measured and was not. Empty where nothing is left, or no platform is attached. */
async function verifyRound(
  task: SearchTask,
  problem: SearchProblem,
  state: SearchState,
  verified: readonly Verified[],
): Promise<Verified[]> {
  const { request, known: knowledge } = task;
  const { searched } = knowledge;
  const chosen = spreadOf(worthMeasuring(standingFront(state, problem, verified), problem), request.verify ?? 0);
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
  const { request, known } = task;
  const problem = await problemOf(task, verified);
  const state = verified.length === 0 ? last! : await restateUnder(problem, last!);
  const front = standingFront(state, problem, verified);
  const pareto = await describeFront(problem, front, verified);
  return {
    space: known.searched.space.name,
    best: bestEntries(pareto, front, request.verify ?? 0),
    pareto,
    evaluated: state.evaluated,
    seconds,
    hypervolume: hypervolumeOf(state),
    limitsMs: problem.platforms.map(({ maxMs }) => maxMs),
    stands,
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
