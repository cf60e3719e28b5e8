/**
 * `evaluate repeatability`: how well numbers repeat here. The same models and kernels are measured twice on every platform, minutes apart
 * and each time in a new process of the engine: undisturbed, and beside a program that disturbs. Every look has a store of its own, so
 * that a call that is cut off goes on from there; a date in its name keeps looks of other days apart.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createRandom, LitepredError } from "../../base/index.js";
import { encoderOf, type LocalPlatform } from "../../engines/index.js";
import { timesInContext } from "../../jobs/in-context.js";
import { measureModels } from "../../jobs/measure.js";
import { openLocalPlatform, rulesOf } from "../../jobs/workspace.js";
import { configKey, type Measurement, networkSubject, openStore, type Store } from "../../measurements/index.js";
import {
  keepNominal,
  keptNominal,
  profileInModels,
  profileKernels,
  protocols,
  startEngine,
} from "../../profiling/index.js";
import { collectStatistics, planKernels, sequenceOfNetworks } from "../../sampling/index.js";
import { loadSpaces } from "../../spaces/index.js";
import { installedPlatforms, testModels } from "../engines/plan.js";
import { startDisturbance } from "./disturbance.js";
import { compareLooks, type Look, type RepeatabilityRow } from "./report.js";

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
/**
 * Nodes of 30 µs and more repeat within 6.5 % in the median from one load of a network to the next, however long each is timed (0.12 s or
 * 1 s), means of three loads within 4.2 % (onnxruntime-node 1.30 on a shared EPYC): its buffers lie elsewhere each time. So many loads.
 */
const kernelProtocol = { ...protocols.brief, name: "repeatability", sessions: 7 };

export async function evaluateRepeatability(request: RepeatabilityRequest): Promise<RepeatabilityRow[]> {
  const platforms = request.platforms ?? (await installedPlatforms(request.home));
  const conditions = request.disturbed ? [false, true] : [false];
  const locals: LocalPlatform[] = [];
  for (const round of [1, 2])
    for (const asked of platforms)
      try {
        const local = await openLocalPlatform(asked, request.home);
        if (round === 2) await waitAfterFirst(request, local.id, conditions);
        if (request.signal?.aborted) break;
        await settleNominal(local, request.home);
        for (const disturbed of conditions) await takeLook(request, local, round, disturbed);
        if (round === 2) locals.push(local);
      } catch (error) {
        if (!(error instanceof LitepredError)) throw error;
        request.onProblem?.(asked, error.message);
      }
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
      onProgress,
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
  const wanted = kind === "model" ? ({ kind, purpose: "test" } as const) : ({ kind } as const);
  const rows = await store.query({ platform, status: "ok", ...wanted });
  await store.close();
  const latencies = new Map<string, number>();
  const slowdowns: number[] = [];
  for (const { subject, outcome } of rows) {
    if (outcome.status !== "ok") continue;
    const name = subject.kind === "kernel" ? `${subject.type} ${configKey(subject.config)}` : subject.name;
    latencies.set(name, outcome.latencyMs);
    if (outcome.observedMs !== undefined && outcome.latencyMs > 0)
      slowdowns.push(outcome.observedMs / outcome.latencyMs);
  }
  return { latencies, slowdowns, secondsEach: secondsOf(rows) / Math.max(1, rows.length) };
}

/** From the first record to the last: windows are recorded when they end, so this is a window short. */
function secondsOf(rows: readonly Measurement[]): number {
  const times = rows.map(({ at }) => Date.parse(at));
  return times.length === 0 ? 0 : (Math.max(...times) - Math.min(...times)) / 1000;
}
