/**
 * Sampled networks run under the engine's profiler, and their kernels go into the store (profiling/in-models.ts): every network that
 * ran a config is one measurement of it. What the networks took whole goes there too.
 */
import { randomUUID } from "node:crypto";
import { getOrCreate } from "../base/index.js";
import { EngineFailure } from "../engines/index.js";
import { detectKernels, engineNodes, type FusionRules, type Kernel } from "../kernels/index.js";
import { configKey, type Measurement, networkSubject, type Outcome, type Store } from "../measurements/index.js";
import {
  type InModelTimes,
  middleOf,
  nodeCosts,
  outcomeOf,
  profilerOverhead,
  protocols,
  readConditions,
  type SessionEstimate,
  type StartedEngine,
  startEngine,
  timeInModel,
} from "../profiling/index.js";
import { measureCall } from "./call-cost.js";
import { encoderOf } from "./encoding.js";
import type { LocalPlatform } from "./local-platform.js";
import type { Network } from "./networks.js";

export interface ProfileModelsRequest {
  readonly store: Store;
  readonly local: LocalPlatform;
  readonly rules: FusionRules;
  readonly models: readonly Network[];
  /** No further network is begun after this. */
  readonly untilMs?: number;
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

export const inModelProtocol = { ...protocols.brief, name: "in-model", maxMs: 120 };

/** Networks after which results are stored; what the profiler adds is known from all of them so far. Choice: a quarter of a minute. */
const batchSize = 20;

export async function profileInModels(request: ProfileModelsRequest): Promise<ProfiledModels> {
  const { store, local, models, rules, signal, untilMs = Number.POSITIVE_INFINITY } = request;
  const todo: Network[] = [];
  for (const model of models)
    if (!(await store.has({ platform: local.id, subject: networkSubject(model.name), purpose: "in-model" })))
      todo.push(model);
  const total = { kernels: new Set<string>(), failed: 0, unpaired: 0 };
  const encode = encoderOf(local.description.format, local.platform.precision);
  const engine = await startEngine(local.engine, local.platform, store.home, encode);
  const context: Recording = { request, engine, session: randomUUID(), callMs: 0, known: [] };
  try {
    context.callMs = await measureCall(store, engine, local.id);
    let batch: Timed[] = [];
    for (const [i, model] of todo.entries()) {
      if (signal?.aborted || performance.now() >= untilMs) break;
      const nodes = engineNodes(model.graph, rules);
      const load = () => encode(model.graph);
      const times = await timeInModel(engine, { nodes, load }, inModelProtocol, rules.nchwcBlock, signal);
      if (signal?.aborted) break;
      batch.push({ model, times });
      request.onProgress?.(i + 1);
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

interface Timed {
  readonly model: Network;
  readonly times: InModelTimes | EngineFailure;
}

interface Recording {
  readonly request: ProfileModelsRequest;
  readonly engine: StartedEngine;
  readonly session: string;
  callMs: number;
  /** All networks so far. */
  readonly known: InModelTimes[];
}

function record(
  { request, engine, session, callMs, known }: Recording,
  batch: readonly Timed[],
  total: { readonly kernels: Set<string>; failed: number; unpaired: number },
): void {
  const { store, local, rules } = request;
  const conditions = readConditions(engine.version, engine.running.pinnedCore);
  known.push(...batch.flatMap(({ times }) => (times instanceof EngineFailure ? [] : [times])));
  const overheadMs = profilerOverhead(known, callMs);
  const append = (subject: Measurement["subject"], outcome: Outcome) =>
    store.append({
      platform: local.id,
      subject,
      outcome,
      protocol: inModelProtocol,
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
    append(subject, outcomeOf([times.whole], engine.nominal));
    total.unpaired += times.nodes.filter((node) => node === undefined).length;
    const costs = nodeCosts(times, overheadMs, callMs);
    for (const { type, config, estimates } of byConfig(detectKernels(model.graph, rules).kernels, costs)) {
      append({ kind: "kernel", type, config }, outcomeOf([middleOf(estimates)], engine.nominal));
      total.kernels.add(`${type} ${configKey(config)}`);
    }
  }
}

interface TimedConfig {
  readonly type: string;
  readonly config: Kernel["config"];
  readonly estimates: SessionEstimate[];
}

function byConfig(kernels: readonly Kernel[], costs: readonly (SessionEstimate | undefined)[]): Iterable<TimedConfig> {
  const found = new Map<string, TimedConfig>();
  for (const [k, { type, config }] of kernels.entries()) {
    const cost = costs[k];
    if (cost !== undefined)
      getOrCreate(found, `${type} ${configKey(config)}`, () => ({ type, config, estimates: [] })).estimates.push(cost);
  }
  return found.values();
}
