/**
 * Sampled networks run under the engine's profiler, and their kernels go into the store (profiling/in-models.ts): every network that
 * ran a config is one measurement of it. What the networks took whole goes there too.
 */
import { randomUUID } from "node:crypto";
import { getOrCreate, mean, percent } from "../base/index.js";
import { EngineFailure, encoderOf, type LocalPlatform } from "../engines/index.js";
import type { Graph } from "../graph/index.js";
import { detectKernels, type FusionRules, type Kernel } from "../kernels/index.js";
import {
  kernelKey,
  type Measurement,
  networkSubject,
  type Outcome,
  type Protocol,
  type Store,
} from "../measurements/index.js";
import { measureCall } from "./call-cost.js";
import { readConditions } from "./conditions.js";
import {
  type InModelTimes,
  inModelTask,
  middleOf,
  nodeCosts,
  profilerOverhead,
  strayShare,
  timeInModel,
} from "./in-models.js";
import { protocols } from "./protocol.js";
import { outcomeOf, type SessionEstimate } from "./reference-state.js";
import { type StartedEngine, startEngine } from "./start.js";

/** A network with the name that the store knows it by. */
export interface NamedGraph {
  readonly name: string;
  readonly graph: Graph;
}

export interface ProfileModelsRequest {
  readonly store: Store;
  readonly local: LocalPlatform;
  readonly rules: FusionRules;
  readonly models: readonly NamedGraph[];
  /** Default: many networks tell more per second than long looks at few. */
  readonly protocol?: Protocol | undefined;
  /** No further network is begun after this. */
  readonly untilMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, note?: string) => void) | undefined;
}

export interface ProfiledModels {
  /** Kernel configs measured, models that failed, models that the store had already. */
  readonly kernels: number;
  readonly failed: number;
  readonly skipped: number;
  /** Detected kernels for which the engine ran no node, over all models: the rules are wrong there. */
  readonly unpaired: number;
}

export const inModelProtocol: Protocol = { ...protocols.brief, name: "in-model", maxMs: 120 };

/** Networks after which results are stored; what the profiler adds is known from all of them so far. Choice: a quarter of a minute. */
const batchSize = 20;

export async function profileInModels(request: ProfileModelsRequest): Promise<ProfiledModels> {
  const { store, local, models, rules, signal, protocol = inModelProtocol } = request;
  const { untilMs = Number.POSITIVE_INFINITY } = request;
  const todo: NamedGraph[] = [];
  for (const model of models)
    if (!(await store.has({ platform: local.id, subject: networkSubject(model.name), purpose: "in-model" })))
      todo.push(model);
  const total = { kernels: new Set<string>(), failed: 0, unpaired: 0 };
  const encode = encoderOf(local.description.format, local.platform.precision);
  const engine = await startEngine(local.engine, local.platform, store.home, encode);
  const context: Recording = { request, protocol, engine, session: randomUUID(), callMs: 0, known: [] };
  try {
    context.callMs = await measureCall(store, engine, local.id);
    let batch: Timed[] = [];
    const lost: number[] = [];
    for (const [i, model] of todo.entries()) {
      if (signal?.aborted || performance.now() >= untilMs) break;
      const task = inModelTask(model.graph, rules, local.description, encode);
      const sessions: (InModelTimes | EngineFailure)[] = [];
      while (sessions.length < protocol.sessions && !signal?.aborted && !sessions.some(isFailure))
        sessions.push(await timeInModel(engine, task, protocol, signal));
      if (signal?.aborted) break;
      batch.push({ model, times: sessions.find(isFailure) ?? sessions.filter(isTimed) });
      lost.push(...sessions.filter(isTimed).map(strayShare));
      request.onProgress?.(i + 1, lostNote(lost));
      if (batch.length < batchSize && i + 1 < todo.length) continue;
      record(context, batch, total);
      batch = [];
    }
    record(context, batch, total);
  } finally {
    await engine.close();
    await store.flush();
  }
  return {
    kernels: total.kernels.size,
    failed: total.failed,
    skipped: models.length - todo.length,
    unpaired: total.unpaired,
  };
}

/** Of the networks' time, in operators that no kernel stands for: more than this is worth saying. Choice. */
const mostLost = 0.03;

function lostNote(shares: readonly number[]): string | undefined {
  const share = shares.length === 0 ? 0 : mean(shares);
  return share > mostLost ? `${percent(share, 0)} of the time is of no kernel` : undefined;
}

interface Timed {
  readonly model: NamedGraph;
  /** Of each session. */
  readonly times: readonly InModelTimes[] | EngineFailure;
}

const isFailure = (times: InModelTimes | EngineFailure): times is EngineFailure => times instanceof EngineFailure;
const isTimed = (times: InModelTimes | EngineFailure): times is InModelTimes => !isFailure(times);

interface Recording {
  readonly request: ProfileModelsRequest;
  readonly protocol: Protocol;
  readonly engine: StartedEngine;
  readonly session: string;
  callMs: number;
  /** All networks so far. */
  readonly known: InModelTimes[];
}

function record(
  { request, protocol, engine, session, callMs, known }: Recording,
  batch: readonly Timed[],
  total: { readonly kernels: Set<string>; failed: number; unpaired: number },
): void {
  const { store, local, rules } = request;
  const conditions = readConditions(engine.version, engine.running.pinnedCore);
  known.push(...batch.flatMap(({ times }) => (times instanceof EngineFailure ? [] : times)));
  const overheadMs = profilerOverhead(known, callMs);
  const append = (subject: Measurement["subject"], outcome: Outcome) =>
    store.append({
      platform: local.id,
      subject,
      outcome,
      protocol,
      conditions,
      purpose: "in-model",
      session,
      at: new Date().toISOString(),
    });
  for (const { model, times } of batch) {
    const subject = networkSubject(model.name);
    if (times instanceof EngineFailure) {
      total.failed++;
      append(subject, { status: "failed", reason: times.reason, message: times.message });
      continue;
    }
    append(
      subject,
      outcomeOf(
        times.map(({ whole }) => whole),
        engine.nominal,
      ),
    );
    total.unpaired += times[0]!.nodes.filter((node) => node === undefined).length;
    const costs = times.map((session) => nodeCosts(session, overheadMs, callMs));
    for (const { type, config, estimates } of byConfig(detectKernels(model.graph, rules).kernels, costs)) {
      append({ kind: "kernel", type, config }, outcomeOf(estimates, engine.nominal));
      total.kernels.add(kernelKey({ type, config }));
    }
  }
}

interface TimedConfig {
  readonly type: string;
  readonly config: Kernel["config"];
  /** Of each session. */
  readonly estimates: readonly SessionEstimate[];
}

/** @param costs of each session, of each kernel */
function byConfig(
  kernels: readonly Kernel[],
  costs: readonly (readonly (SessionEstimate | undefined)[])[],
): TimedConfig[] {
  const places = new Map<string, number[]>();
  for (const [k, { type, config }] of kernels.entries())
    getOrCreate(places, kernelKey({ type, config }), () => []).push(k);
  return [...places.values()].flatMap((at) => {
    const estimates = costs.flatMap((session) => {
      const timed = at.flatMap((k) => session[k] ?? []);
      return timed.length === 0 ? [] : [middleOf(timed)];
    });
    const { type, config } = kernels[at[0]!]!;
    return estimates.length === 0 ? [] : [{ type, config, estimates }];
  });
}
