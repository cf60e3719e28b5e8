/**
 * Kernels → outcomes, by a protocol. Kernels are taken in windows; inside one, sessions are interleaved in time and
 * every session packs the kernels anew, so that no two sessions of a kernel share their moment or their neighbours.
 * An anchor kernel rides along with every bundle: where it is slower than it usually is, the session is done again.
 * Kernels whose sessions disagree get further sessions.
 */
import { createRandom, quantile, type Random, stableJson } from "../base/index.js";
import { EngineFailure, estimate, summarise } from "../engines/index.js";
import { elementCount, type Graph } from "../graph/index.js";
import type { Conditions, Outcome, Protocol } from "../measurements/index.js";
import { anchorGraph } from "./anchor.js";
import { conditionsAfter, quietConditions } from "./conditions.js";
import {
  type KernelTask,
  type ReorderRuns,
  type SessionEngine,
  type SessionRuns,
  timeKernels,
} from "./kernel-session.js";

export interface KernelRequest {
  readonly engine: SessionEngine;
  readonly engineVersion: string;
  readonly protocol: Protocol;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

export interface MeasuredWindow {
  /** Index into the tasks of the request, and what came out. */
  readonly outcomes: readonly { readonly index: number; readonly outcome: Outcome }[];
  readonly reorders: readonly { readonly config: KernelTask["config"]; readonly outcome: Outcome }[];
  readonly conditions: Conditions;
  /** The protocol as it was carried out. */
  readonly protocol: Protocol;
}

/** Bundles in a window. Choice: sessions of a kernel lie some seconds apart, and an interruption costs less than a minute. */
const bundlesPerWindow = 4;
/** A session whose anchor takes this much longer than when it was quiet is done again. Choice: sessions differ by 3 %, rarely by 10 %. */
const anchorLimit = 1.2;

/** Windows as they are finished; ends early, with whole windows only, when the signal aborts. */
export async function* measureKernels(
  request: KernelRequest,
  tasks: readonly KernelTask[],
): AsyncGenerator<MeasuredWindow> {
  const random = createRandom(request.seed);
  const { protocol } = request;
  const anchor: Anchor = { task: { type: "anchor", config: {}, graph: anchorGraph() }, history: [] };
  for (const window of windowsOf(tasks, protocol)) {
    const conditions = await quietConditions(request.engine.running, request.engineVersion, request.signal);
    const sessions: WindowSessions = { byKernel: new Map(window.map((index) => [index, []])), reorders: [] };
    let lost: { readonly reason: unknown } | undefined;
    const finished = await runWindow({ ...request, protocol }, tasks, window, random, anchor, sessions).catch(
      (reason: unknown) => {
        lost = { reason };
        return true;
      },
    );
    if (!finished) return;
    const { byKernel, reorders } = sessions;
    // Of an engine that is gone, what was already measured in full is kept.
    const whole = lost ? window.filter((index) => isWhole(byKernel.get(index)!, protocol)) : window;
    yield {
      outcomes: whole.map((index) => ({ index, outcome: outcomeOf(byKernel.get(index)!, protocol) })),
      reorders: reorderOutcomes(reorders, protocol),
      conditions: lost ? conditions : await conditionsAfter(request.engine.running, conditions),
      protocol,
    };
    if (lost) throw lost.reason;
  }
}

const isWhole = (sessions: readonly SessionRuns[], protocol: Protocol) =>
  sessions.length >= protocol.sessions || sessions.some(isFailure);

interface WindowSessions {
  readonly byKernel: Map<number, SessionRuns[]>;
  readonly reorders: ReorderRuns[];
}

/** Adds to `sessions`; false when aborted. */
async function runWindow(
  request: KernelRequest,
  tasks: readonly KernelTask[],
  window: readonly number[],
  random: Random,
  anchor: Anchor,
  { byKernel, reorders }: WindowSessions,
): Promise<boolean> {
  const { protocol, signal } = request;
  const round = async (indices: readonly number[]) => {
    for (const bundle of bundlesOf(indices, tasks, protocol, random)) {
      if (signal?.aborted) return;
      const session = await anchoredSession(
        request,
        bundle.map((index) => tasks[index]!),
        anchor,
      );
      for (const [i, index] of bundle.entries()) byKernel.get(index)!.push(session.runs[i]!);
      reorders.push(...session.reorders);
    }
  };
  const sound = () => window.filter((index) => !byKernel.get(index)!.some(isFailure));
  for (let session = 0; session < protocol.sessions; session++) await round(sound());
  // At most as many sessions again, for those that disagree.
  for (let extra = 0; extra < protocol.sessions && protocol.sessions > 1; extra++) {
    const unsettled = sound().filter((index) => !agrees(byKernel.get(index)!, protocol));
    if (unsettled.length === 0 || signal?.aborted) break;
    await round(unsettled);
  }
  return !signal?.aborted;
}

const isFailure = (runs: SessionRuns): runs is EngineFailure => runs instanceof EngineFailure;

function agrees(sessions: readonly SessionRuns[], protocol: Protocol): boolean {
  const outcome = outcomeOf(sessions, protocol);
  return outcome.status === "failed" || outcome.spread <= protocol.maxSpread || outcome.latencyMs < coarseMs;
}
/** Below this, a whole microsecond up or down is more than any protocol's spread. */
const coarseMs = 0.01;

function outcomeOf(sessions: readonly SessionRuns[], protocol: Protocol): Outcome {
  const failure = sessions.find(isFailure);
  if (failure) return { status: "failed", reason: failure.reason, message: failure.message };
  return summarise(sessions as (readonly number[])[], protocol);
}

/** One outcome for each different reorder seen in the window. */
function reorderOutcomes(reorders: readonly ReorderRuns[], protocol: Protocol) {
  const byConfig = new Map<string, ReorderRuns[]>();
  for (const reorder of reorders) {
    const key = stableJson(reorder.config);
    byConfig.set(key, [...(byConfig.get(key) ?? []), reorder]);
  }
  return [...byConfig.values()].map((same) => ({
    config: same[0]!.config,
    outcome: summarise(
      same.map(({ runs }) => runs),
      { ...protocol, sessions: same.length },
    ),
  }));
}

/** Largest sum of constants in one bundle, elements (256 MB of float32): several bundles' weights must fit in memory. Choice. */
const maxWeights = 64e6;

function windowsOf(tasks: readonly KernelTask[], protocol: Protocol): number[][] {
  const size = bundlesPerWindow * protocol.kernelsPerModel;
  return Array.from({ length: Math.ceil(tasks.length / size) }, (_, window) =>
    Array.from({ length: Math.min(size, tasks.length - window * size) }, (_, i) => window * size + i),
  );
}

/**
 * Every bundle gets kernels of all sizes, large ones first: in a model, too, neighbours are of similar size. Measured:
 * in random order, depthwise convolutions of MobileNetV2 take up to twice as long as inside the model.
 */
function bundlesOf(
  indices: readonly number[],
  tasks: readonly KernelTask[],
  protocol: Protocol,
  random: Random,
): number[][] {
  const sizes = new Map(indices.map((index) => [index, sizeOf(tasks[index]!.graph)]));
  const weights = indices.reduce((total, index) => total + sizes.get(index)!.weights, 0);
  const count = Math.ceil(Math.max(indices.length / protocol.kernelsPerModel, weights / maxWeights));
  const sorted = [...indices].sort((a, b) => sizes.get(b)!.activations - sizes.get(a)!.activations);
  const bundles: number[][] = Array.from({ length: count }, () => []);
  for (let from = 0; from < sorted.length; from += count) {
    const alike = random.shuffle(sorted.slice(from, from + count));
    for (const [i, index] of alike.entries()) bundles[i]!.push(index);
  }
  return bundles;
}

/** Elements of a graph's weights and of its other tensors. */
function sizeOf(graph: Graph): { weights: number; activations: number } {
  const size = { weights: 0, activations: 0 };
  for (const { constant, shape } of graph.tensors.values())
    size[constant ? "weights" : "activations"] += elementCount(shape);
  return size;
}

interface Anchor {
  readonly task: KernelTask;
  /** Estimates of past sessions, milliseconds, the last ones. */
  readonly history: number[];
}

async function anchoredSession({ engine, protocol }: KernelRequest, tasks: readonly KernelTask[], anchor: Anchor) {
  const retries = protocol.sessions > 1 ? 2 : 1;
  for (let attempt = 0; ; attempt++) {
    const session = await timeKernels(engine, [...tasks, anchor.task], protocol);
    const runs = session.runs.at(-1)!;
    const result = { runs: session.runs.slice(0, -1), reorders: session.reorders };
    // What failed is not tried a second time for the anchor's sake.
    if (isFailure(runs) || session.runs.some(isFailure)) return result;
    const now = estimate(runs, protocol.estimator);
    const quiet = anchor.history.length < 3 ? now : quantile(anchor.history, 0.25);
    anchor.history.push(now);
    if (anchor.history.length > 20) anchor.history.shift();
    if (now <= quiet * anchorLimit || attempt === retries) return result;
  }
}
