/**
 * Kernels timed where they run: sampled architectures are run whole under the engine's profiler, and every kernel that was
 * detected is given the time of its node. This is what a kernel costs inside a model by definition; caches, buffers and
 * layouts are those of real networks. Needs an engine with a profiler and rules that name its nodes one to one.
 */
import { randomUUID } from "node:crypto";
import { median, quantile, sha256 } from "../base/index.js";
import { EngineFailure, estimate, type RunningEngine } from "../engines/index.js";
import { detectKernels, engineNodes, type FusionRules, type Kernel } from "../kernels/index.js";
import {
  type Conditions,
  configKey,
  type Measurement,
  modelType,
  type Outcome,
  type Protocol,
  type Store,
} from "../measurements/index.js";
import { pairOperators, readConditions } from "../profiling/index.js";
import type { NamedGraph } from "./calibration.js";
import { encoderOf } from "./encoding.js";
import type { LocalPlatform } from "./workspace.js";

export interface ProfileModelsRequest {
  readonly store: Store;
  readonly local: LocalPlatform;
  readonly rules: FusionRules;
  readonly models: readonly NamedGraph[];
  readonly signal?: AbortSignal;
  onProgress?(done: number, note?: string): void;
}

export interface ProfiledModels {
  /** Kernel configs measured, models that failed, models that the store had already. */
  readonly kernels: number;
  readonly failed: number;
  readonly skipped: number;
  /** Detected kernels for which the engine ran no node, over all models: the rules are wrong there. */
  readonly unpaired: number;
}

/** Runs of both sessions are pooled and the middle half counts. */
export const inModelProtocol: Protocol = {
  name: "in-model",
  warmup: 2,
  runs: 12,
  maxMs: 1500,
  sessions: 2,
  estimator: "midmean",
  kernelsPerModel: 1,
  tolerance: 0,
  maxSpread: 1,
};

/** Models whose two sessions are interleaved, and after which results are stored: the sessions lie about a minute apart. Choice. */
const batchSize = 60;

export async function profileInModels(request: ProfileModelsRequest): Promise<ProfiledModels> {
  const { store, local, models, signal } = request;
  const todo: NamedGraph[] = [];
  for (const model of models) if (!(await store.has(local.id, modelType, profiledKey(model)))) todo.push(model);
  const total = { kernels: new Set<string>(), failed: 0, unpaired: 0 };
  const known = await knownKernels(store, local.id);
  const running = await local.engine.start(local.platform);
  const session = randomUUID();
  try {
    for (let from = 0; from < todo.length && !signal?.aborted; from += batchSize) {
      const batch = todo.slice(from, from + batchSize);
      const conditions = readConditions(local.description.version, running.pinnedCore);
      const runs = await timeBatch(request, running, batch, (done) => request.onProgress?.(from + done));
      if (signal?.aborted) break;
      const touched = new Set<string>();
      for (const [i, timed] of runs.entries()) {
        const outcome = timed.failure ?? wholeOutcome(timed.wallMs);
        store.append(
          record({ kind: "model", name: `profiled/${batch[i]!.name}`, sha256: profiledKey(batch[i]!) }, outcome),
        );
        if (timed.failure) total.failed++;
        total.unpaired += timed.unpaired;
        for (const [key, sample] of timed.kernels) {
          const before = known.get(key);
          known.set(key, before ? { ...sample, times: [...before.times, ...sample.times] } : sample);
          touched.add(key);
        }
      }
      for (const key of touched) {
        const { type, config, times } = known.get(key)!;
        store.append(record({ kind: "kernel", type, config }, kernelOutcome(times)));
        total.kernels.add(key);
      }
      await store.flush();

      function record(subject: Measurement["subject"], outcome: Outcome): Measurement {
        return {
          platform: local.id,
          subject,
          outcome,
          protocol: inModelProtocol,
          conditions: conditions as Conditions,
          session,
          at: new Date().toISOString(),
        };
      }
    }
  } finally {
    await running.close();
    await store.flush();
  }
  return {
    kernels: total.kernels.size,
    failed: total.failed,
    skipped: models.length - todo.length,
    unpaired: total.unpaired,
  };
}

/** One kernel config: the estimate of each node that ran it, milliseconds. */
interface KernelSample {
  readonly type: string;
  readonly config: Kernel["config"];
  readonly times: readonly number[];
}

interface TimedModel {
  readonly kernels: Map<string, KernelSample>;
  readonly wallMs: number[];
  unpaired: number;
  failure?: Extract<Outcome, { status: "failed" }>;
}

const profiledKey = ({ name }: NamedGraph) => sha256(`profiled/${name}`);

async function timeBatch(
  request: ProfileModelsRequest,
  running: RunningEngine,
  batch: readonly NamedGraph[],
  onDone: (done: number) => void,
): Promise<TimedModel[]> {
  const { local, rules, signal } = request;
  const encode = encoderOf(local.description.format, local.platform.precision);
  const pooled = batch.map(({ graph }) => ({
    kernels: detectKernels(graph, rules).kernels,
    nodes: engineNodes(graph, rules),
    times: [] as number[][],
    wallMs: [] as number[],
    unpaired: 0,
    failure: undefined as TimedModel["failure"],
  }));
  for (let session = 0; session < inModelProtocol.sessions; session++)
    for (const [i, model] of pooled.entries()) {
      if (signal?.aborted) return [];
      if (model.failure) continue;
      try {
        const prepared = await running.prepare(encode(batch[i]!.graph), { profile: true });
        try {
          const { operators, wallMs } = await prepared.timeOperators!(inModelProtocol);
          const pairing = pairOperators(model.nodes, operators, rules.nchwcBlock);
          pairing.timesMs.forEach((times, k) => {
            model.times[k] = [...(model.times[k] ?? []), ...(times ?? [])];
          });
          model.wallMs.push(...wallMs);
          model.unpaired = pairing.timesMs.filter((times) => times === undefined).length;
        } finally {
          await prepared.release();
        }
      } catch (error) {
        if (!(error instanceof EngineFailure)) throw error;
        model.failure = { status: "failed", reason: error.reason, message: error.message };
      }
      onDone(Math.round((session * batch.length + i + 1) / inModelProtocol.sessions));
    }
  return pooled.map(({ kernels, times, wallMs, unpaired, failure }) => ({
    kernels: failure ? new Map() : samplesOf(kernels, times),
    wallMs,
    unpaired,
    ...(failure ? { failure } : {}),
  }));
}

function samplesOf(kernels: readonly Kernel[], times: readonly (readonly number[])[]): Map<string, KernelSample> {
  const samples = new Map<string, KernelSample>();
  for (const [k, { type, config }] of kernels.entries()) {
    const runs = times[k] ?? [];
    if (runs.length === 0) continue;
    const key = `${type} ${configKey(config)}`;
    const ms = estimate(runs, inModelProtocol.estimator);
    samples.set(key, { type, config, times: [...(samples.get(key)?.times ?? []), ms] });
  }
  return samples;
}

/** Shorter than the profiler can show: its times are whole microseconds. */
const leastMs = 2e-4;

/** The median over the nodes that ran the config, in whatever models. */
function kernelOutcome(times: readonly number[]): Outcome {
  const latencyMs = Math.max(leastMs, median(times));
  return {
    status: "ok",
    latencyMs,
    p10Ms: quantile(times, 0.1),
    medianMs: median(times),
    minMs: quantile(times, 0),
    meanMs: times.reduce((sum, time) => sum + time, 0) / times.length,
    spread: (quantile(times, 0.75) - quantile(times, 0.25)) / latencyMs,
    runs: times.length * inModelProtocol.runs * inModelProtocol.sessions,
    sessions: inModelProtocol.sessions * times.length,
  };
}

/** Wall times under the profiler: a record that the model was profiled, not a latency to learn from. */
function wholeOutcome(wallMs: readonly number[]): Outcome {
  return { ...kernelOutcome([estimate(wallMs, "midmean")]), runs: wallMs.length } as Outcome;
}

/** What earlier runs found, one node's worth each. */
async function knownKernels(store: Store, platform: string): Promise<Map<string, KernelSample>> {
  const known = new Map<string, KernelSample>();
  for (const { subject, outcome, protocol } of await store.query({ platform, kind: "kernel", status: "ok" }))
    if (subject.kind === "kernel" && outcome.status === "ok" && protocol.name === inModelProtocol.name)
      known.set(`${subject.type} ${configKey(subject.config)}`, {
        type: subject.type,
        config: subject.config,
        times: new Array<number>(Math.max(1, Math.round(outcome.sessions / inModelProtocol.sessions))).fill(
          outcome.latencyMs,
        ),
      });
  return known;
}
