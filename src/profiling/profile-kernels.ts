/** Measures kernel configs into the store; goes on from where an earlier run stopped. */
import { randomUUID } from "node:crypto";
import { type Engine, encoderOf } from "../engines/index.js";
import type { Graph } from "../graph/index.js";
import { type KernelConfig, kernelTypeOf, normalizeConfig } from "../kernels/index.js";
import { kernelKey, type Measurement, type Protocol, type Store } from "../measurements/index.js";
import { formatPlatformId, type Platform } from "../platforms/index.js";
import { measureCall } from "./call-cost.js";
import type { KernelTask } from "./kernel-session.js";
import { type MeasuredWindow, measureKernels } from "./measure-kernels.js";
import { startEngine } from "./start.js";

export interface ProfileProgress {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
}

export interface ProfileRequest {
  readonly store: Store;
  readonly engine: Engine;
  /** Resolved: no `local`, no empty version. */
  readonly platform: Platform;
  readonly kernels: readonly { readonly type: string; readonly config: KernelConfig }[];
  readonly protocol: Protocol;
  /** Measure also what the store already has. */
  readonly again?: boolean;
  /** Which look at them, from 1; default 1. */
  readonly repeat?: number | undefined;
  /** No further window of kernels is begun after this (performance.now()). */
  readonly untilMs?: number | undefined;
  /** Of the packing; default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: ProfileProgress) => void;
  /** Model of a kernel; default: the catalogue's. */
  readonly graphOf?: (type: string, config: KernelConfig) => Graph;
}

/** `measured` and `failed` are disjoint; `skipped` were in the store already or asked for twice. After an abort, or at the end of the time, the counts say what was done until then. */
export interface ProfileResult {
  readonly measured: number;
  readonly failed: number;
  readonly skipped: number;
}

/** @throws LitepredError for an invalid config, a missing engine, or settings that it does not have; never because of how a kernel runs. */
export async function profileKernels(request: ProfileRequest): Promise<ProfileResult> {
  const { store, engine, platform, signal } = request;
  const id = formatPlatformId(platform);
  const tasks = await openTasks(request, id);
  const skipped = request.kernels.length - tasks.length;
  let measured = 0;
  let failed = 0;
  if (tasks.length === 0) return { measured, failed, skipped };
  const description = await engine.describe();
  const encode = encoderOf(description.format, platform.precision);
  const started = await startEngine(engine, platform, store.home, encode);
  const session = randomUUID();
  try {
    await measureCall(store, started, id);
    const windows = measureKernels(
      {
        engine: started,
        engineVersion: started.version,
        protocol: request.protocol,
        seed: request.seed ?? 0,
        untilMs: request.untilMs,
        signal,
      },
      tasks,
    );
    for await (const window of windows) {
      for (const measurement of toMeasurements(window, tasks, id, session, request.repeat)) store.append(measurement);
      await storeReorders(store, window, id, session);
      const failures = window.outcomes.filter(({ outcome }) => outcome.status === "failed").length;
      failed += failures;
      measured += window.outcomes.length - failures;
      request.onProgress?.({ done: measured + failed, total: tasks.length, failed });
    }
  } finally {
    await started.close();
    await store.flush();
  }
  return { measured, failed, skipped };
}

/** What is left to do: each config once, and not what the store has. */
async function openTasks(request: ProfileRequest, id: string): Promise<KernelTask[]> {
  const { graphOf = catalogueGraph } = request;
  const seen = new Set<string>();
  const tasks: KernelTask[] = [];
  for (const { type, config: given } of request.kernels) {
    const config = request.graphOf === undefined ? normalizeConfig(type, given) : given;
    const key = kernelKey({ type, config });
    if (seen.has(key)) continue;
    seen.add(key);
    const subject = { kind: "kernel", type, config } as const;
    if (!request.again && (await request.store.has({ platform: id, subject, repeat: request.repeat }))) continue;
    tasks.push({
      type,
      config,
      // Made anew whenever it is asked for: tens of thousands at once would fill the memory.
      get graph() {
        return graphOf(type, config);
      },
    });
  }
  return tasks;
}

function catalogueGraph(type: string, config: KernelConfig): Graph {
  const { graph } = kernelTypeOf(type);
  if (graph === undefined) throw new Error(`internal: kernel type ${type} has no model`);
  return graph(config);
}

function toMeasurements(
  window: MeasuredWindow,
  tasks: readonly KernelTask[],
  platform: string,
  session: string,
  repeat: number | undefined,
): Measurement[] {
  const { conditions, protocol } = window;
  const at = new Date().toISOString();
  return window.outcomes.map(({ index, outcome }) => {
    const { type, config } = tasks[index]!;
    return { platform, subject: { kind: "kernel", type, config }, outcome, protocol, conditions, repeat, session, at };
  });
}

/** Layout reorders seen along the way are kernels measured for free; what the store has of them stays. */
async function storeReorders(store: Store, window: MeasuredWindow, platform: string, session: string): Promise<void> {
  const { conditions, protocol } = window;
  const at = new Date().toISOString();
  for (const { config, outcome } of window.reorders) {
    const subject = { kind: "kernel", type: "reorder", config } as const;
    if (await store.has({ platform, subject })) continue;
    store.append({
      platform,
      subject,
      outcome,
      protocol,
      conditions,
      session,
      at,
    });
  }
}
