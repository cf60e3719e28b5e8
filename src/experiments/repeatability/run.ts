/**
 * `evaluate repeatability`: how well numbers repeat here. The same models and kernels are measured twice on every platform, minutes apart
 * and each time in a new process of the engine: undisturbed, and beside a program that disturbs. Every look has a store of its own, so
 * that a call that is cut off goes on from there; a date in its name keeps looks of other days apart.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createRandom, LitepredError } from "../../base/index.js";
import { encoderOf, type LocalPlatform } from "../../engines/index.js";
import { kernelKey, type Measurement, networkSubject, openStore, type Store } from "../../measurements/index.js";
import { timesInContext } from "../../measuring/index.js";
import {
  keepNominal,
  keptNominal,
  measureModels,
  profileInModels,
  profileKernels,
  protocols,
  startEngine,
} from "../../profiling/index.js";
import { collectStatistics, planKernels, sequenceOfNetworks } from "../../sampling/index.js";
import { loadSpaces } from "../../spaces/index.js";
import { openLocalPlatform, rulesOf } from "../../workspace/index.js";
import { installedPlatforms, testModels } from "../engines/plan.js";
import { startDisturbance } from "./disturbance.js";
import { compareLooks, type Look, type RepeatabilityRow, secondsEach } from "./report.js";

export interface RepeatabilityRequest {
  readonly home: string;
  /** Default: every engine, version and precision that is installed. */
  readonly platforms?: readonly string[] | undefined;
  readonly models: number;
  readonly kernels: number;
  /** Between the two looks at a platform. */
  readonly minutesApart: number;
  /** Also beside a program that disturbs. */
  readonly disturbed: boolean;
  /** Names the run; the same name goes on with it. */
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
  onProblem?(platform: string, problem: string): void;
}

const seed = 11;
/** A profiled network has about so many kernels that no other has. */
const kernelsPerNetwork = 20;
/** Even in large pages a network lies elsewhere each time that it is loaded: as many loads as make a kernel's mean steady. Choice. */
const kernelProtocol = { ...protocols.brief, name: "repeatability", sessions: 3 };

/** @throws LitepredError for a platform that was asked for and is not there */
export async function evaluateRepeatability(request: RepeatabilityRequest): Promise<RepeatabilityRow[]> {
  const conditions = request.disturbed ? [false, true] : [false];
  let locals = await openPlatforms(request);
  for (const round of [1, 2]) locals = await takeLooks(request, locals, round, conditions);
  const rows: RepeatabilityRow[] = [];
  for (const { id } of locals)
    for (const disturbed of conditions)
      for (const kind of ["model", "kernel"] as const) {
        const looks = [];
        for (const round of [1, 2]) looks.push(await readLook(lookHome(request, round, disturbed), id, kind));
        const row = compareLooks({ platform: id, kind, disturbed }, looks[0]!, looks[1]!);
        if (row) rows.push(row);
      }
  return rows;
}

/** Those asked for must be there; of all that are installed, one that does not start is a problem of its own. */
async function openPlatforms(request: RepeatabilityRequest): Promise<LocalPlatform[]> {
  const { platforms, home } = request;
  if (platforms !== undefined) return Promise.all(platforms.map((asked) => openLocalPlatform(asked, home)));
  const locals: LocalPlatform[] = [];
  for (const id of await installedPlatforms(home))
    await orProblem(request, id, async () => void locals.push(await openLocalPlatform(id, home)));
  return locals;
}

/** Of all platforms, in turn; those where it went well. */
async function takeLooks(
  request: RepeatabilityRequest,
  locals: readonly LocalPlatform[],
  round: number,
  conditions: readonly boolean[],
): Promise<LocalPlatform[]> {
  const done: LocalPlatform[] = [];
  for (const local of locals)
    await orProblem(request, local.id, async () => {
      if (round === 2) await waitAfterFirst(request, local.id, conditions);
      if (request.signal?.aborted) return;
      await settleNominal(local, request.home);
      for (const disturbed of conditions) await takeLook(request, local, round, disturbed);
      done.push(local);
    });
  return done;
}

/** What is the matter with one platform does not end the others. */
async function orProblem(request: RepeatabilityRequest, platform: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof LitepredError)) throw error;
    request.onProblem?.(platform, error.message);
  }
}

/** Until the first looks are long enough ago, whichever call took them. */
async function waitAfterFirst(request: RepeatabilityRequest, platform: string, conditions: readonly boolean[]) {
  let last = 0;
  for (const disturbed of conditions) {
    const store = await openStore(lookHome(request, 1, disturbed));
    for (const { at } of await store.query({ platform })) last = Math.max(last, Date.parse(at));
    await store.close();
  }
  const left = last + request.minutesApart * 60_000 - Date.now();
  if (left > 0) await sleep(left, undefined, { signal: request.signal }).catch(() => {});
}

const lookHome = ({ home, name }: RepeatabilityRequest, round: number, disturbed: boolean) =>
  join(home, "experiments", "repeatability", name, `${round}${disturbed ? "-disturbed" : ""}`);

/** The same nominal times for all looks: they are no part of what repeats. */
async function settleNominal({ engine, platform, description, id }: LocalPlatform, home: string): Promise<void> {
  if (keptNominal(home)[id] !== undefined) return;
  const started = await startEngine(engine, platform, home, encoderOf(description.format, platform.precision));
  await started.close();
}

async function takeLook(
  request: RepeatabilityRequest,
  local: LocalPlatform,
  round: number,
  disturbed: boolean,
): Promise<void> {
  const home = lookHome(request, round, disturbed);
  keepNominal(home, local.id, keptNominal(request.home)[local.id]!);
  const label = `${local.platform.engine} ${local.platform.precision}, look ${round}${disturbed ? ", disturbed" : ""}`;
  const disturbance = disturbed ? startDisturbance(round) : undefined;
  const store = await openStore(home);
  try {
    await timeModels(request, local, store, label);
    await timeKernels(request, local, store, label);
  } finally {
    disturbance?.stop();
    await store.close();
  }
}

async function timeModels(
  request: RepeatabilityRequest,
  { engine, platform, description }: LocalPlatform,
  store: Store,
  label: string,
): Promise<void> {
  const encode = encoderOf(description.format, platform.precision);
  const models = await testModels(request.models);
  request.onStage?.(`${label}: models`, models.length);
  await measureModels({
    store,
    engine,
    platform,
    models: models.map(({ name, graph }) => ({ subject: networkSubject(name), bytes: () => encode(graph) })),
    purpose: "test",
    protocol: protocols.quick,
    signal: request.signal,
    onProgress: ({ done, total }) => request.onProgress?.(Math.round((models.length * done) / total)),
  });
}

/** Where they run, on engines that tell; elsewhere alone. */
async function timeKernels(
  request: RepeatabilityRequest,
  local: LocalPlatform,
  store: Store,
  label: string,
): Promise<void> {
  const rules = rulesOf(local.platform);
  request.onStage?.(`${label}: kernels`, request.kernels);
  const onProgress = request.onProgress?.bind(request);
  if (timesInContext(local)) {
    const models = await sequenceOfNetworks(Math.ceil(request.kernels / kernelsPerNetwork), seed, { skip: 7000 });
    await profileInModels({
      store,
      local,
      rules,
      models,
      protocol: kernelProtocol,
      signal: request.signal,
      onProgress: (done) => onProgress?.(Math.min(request.kernels, done * kernelsPerNetwork)),
    });
    return;
  }
  const statistics = collectStatistics({
    spaces: await loadSpaces(),
    rules,
    architecturesPerSpace: 4,
    random: createRandom(`${seed}/statistics`),
  });
  await profileKernels({
    store,
    engine: local.engine,
    platform: local.platform,
    kernels: planKernels({ statistics, budget: request.kernels, seed }),
    protocol: kernelProtocol,
    signal: request.signal,
    onProgress: ({ done }) => onProgress?.(done),
  });
}

async function readLook(home: string, platform: string, kind: "model" | "kernel"): Promise<Look> {
  const store = await openStore(home);
  const all = await store.query({ platform });
  await store.close();
  const isWanted = ({ subject, purpose }: Measurement) =>
    subject.kind === kind && (kind === "kernel" || purpose === "test");
  const rows = all.filter((row) => isWanted(row) && row.outcome.status === "ok");
  const others = all.filter((row) => !isWanted(row) && row.purpose !== "in-model");
  const latencies = new Map<string, number>();
  const slowdowns: number[] = [];
  for (const { subject, outcome } of rows) {
    if (outcome.status !== "ok") continue;
    latencies.set(subject.kind === "kernel" ? kernelKey(subject) : subject.name, outcome.latencyMs);
    if (outcome.observedMs !== undefined && outcome.latencyMs > 0)
      slowdowns.push(outcome.observedMs / outcome.latencyMs);
  }
  return { latencies, slowdowns, secondsEach: secondsEach(rows.map(timeOf), others.map(timeOf)) };
}

const timeOf = ({ at }: Measurement) => Date.parse(at);
