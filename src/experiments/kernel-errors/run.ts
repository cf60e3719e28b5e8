/**
 * `evaluate kernels`: predicted kernels beside the times of the same kernels inside the same models. The models take no part in training;
 * nothing goes into the store. Needs an engine with a profiler and rules that name its nodes.
 */
import { basename } from "node:path";
import { LitepredError } from "../../base/index.js";
import { EngineFailure, encoderOf, type LocalPlatform } from "../../engines/index.js";
import type { Graph } from "../../graph/index.js";
import { openStore } from "../../measurements/index.js";
import { timesInContext } from "../../measuring/index.js";
import { openPool } from "../../pool/index.js";
import { loadPlatformPredictor, type PlatformPredictor } from "../../predictors/index.js";
import {
  type InModelTask,
  type InModelTimes,
  inModelTask,
  measureCall,
  nodeCosts,
  profilerOverhead,
  protocols,
  type StartedEngine,
  startEngine,
  timeInModel,
} from "../../profiling/index.js";
import { buildExampleModel, exampleModelNames } from "../../spaces/index.js";
import { openLocalPlatform, readModelFile } from "../../workspace/index.js";
import { describeKernelErrors, type KernelErrorsReport, type TimedModel } from "./report.js";

export interface KernelErrorsRequest {
  readonly home: string;
  readonly platform: string;
  /** Model files; none: the example models. */
  readonly models: readonly string[];
  readonly signal?: AbortSignal | undefined;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
  onProblem?(model: string, problem: string): void;
}

export interface PlatformKernelErrors extends KernelErrorsReport {
  readonly platform: string;
  readonly date: string;
}

/** Means over loads: a node's time differs by 6.5 % from one load of a network to the next (experiments/repeatability). */
const loads = 3;
const protocol = { ...protocols.brief, name: "kernel-errors", sessions: loads };

interface Subject {
  readonly name: string;
  readonly graph: Graph;
}

export async function evaluateKernelErrors(request: KernelErrorsRequest): Promise<PlatformKernelErrors> {
  const local = await openLocalPlatform(request.platform, request.home);
  if (!timesInContext(local))
    throw new LitepredError(
      "bad-usage",
      `${local.id} does not tell the times of its nodes`,
      "take a platform of onnxruntime-node",
    );
  const subjects = subjectsOf(request.models);
  const predictor = await loadPlatformPredictor(openPool(request.home).load(local.id));
  request.onStage?.("kernels inside the models", subjects.length);
  try {
    const timed = await timeSubjects(request, local, predictor, subjects);
    return { platform: local.id, date: new Date().toISOString(), ...describeKernelErrors(timed) };
  } finally {
    await predictor.release();
  }
}

const subjectsOf = (files: readonly string[]): Subject[] =>
  files.length === 0
    ? exampleModelNames.map((name) => ({ name, graph: buildExampleModel(name) }))
    : files.map((file) => ({ name: basename(file), graph: readModelFile(file) }));

async function timeSubjects(
  request: KernelErrorsRequest,
  local: LocalPlatform,
  predictor: PlatformPredictor,
  subjects: readonly Subject[],
): Promise<TimedModel[]> {
  const { home, signal } = request;
  const encode = encoderOf(local.description.format, local.platform.precision);
  const engine = await startEngine(local.engine, local.platform, home, encode);
  const store = await openStore(home);
  const timed: { subject: Subject; sessions: InModelTimes[] }[] = [];
  try {
    const callMs = await measureCall(store, engine, local.id);
    for (const [i, subject] of subjects.entries()) {
      if (signal?.aborted) break;
      const task = inModelTask(subject.graph, predictor.rules, local.description, encode);
      const sessions = await timeSubject(engine, task, signal);
      if (sessions instanceof EngineFailure) request.onProblem?.(subject.name, sessions.message);
      else timed.push({ subject, sessions });
      request.onProgress?.(i + 1);
    }
    const overheadMs = profilerOverhead(
      timed.flatMap(({ sessions }) => sessions),
      callMs,
    );
    return await Promise.all(
      timed.map((one) => besidePredicted(predictor, one.subject, one.sessions, overheadMs, callMs)),
    );
  } finally {
    await engine.close();
    await store.close();
  }
}

async function timeSubject(
  engine: StartedEngine,
  task: InModelTask,
  signal: AbortSignal | undefined,
): Promise<InModelTimes[] | EngineFailure> {
  const sessions: InModelTimes[] = [];
  while (sessions.length < protocol.sessions && !signal?.aborted) {
    const session = await timeInModel(engine, task, protocol, signal);
    if (session instanceof EngineFailure) return session;
    sessions.push(session);
  }
  return sessions;
}

async function besidePredicted(
  predictor: PlatformPredictor,
  { name, graph }: Subject,
  sessions: readonly InModelTimes[],
  overheadMs: number,
  callMs: number,
): Promise<TimedModel> {
  const { kernels, latencyMs, sumMs } = await predictor.predict(graph);
  const factor = sumMs > 0 ? (latencyMs - predictor.callMs) / sumMs : 1;
  const costs = sessions.map((session) => nodeCosts(session, overheadMs, callMs));
  const meanOf = (k: number) => {
    const ms = costs.flatMap((session) => session[k]?.latencyMs ?? []);
    return ms.length === 0 ? undefined : ms.reduce((total, one) => total + one, 0) / ms.length;
  };
  return {
    model: name,
    kernels: kernels.map((kernel, k) => ({
      type: kernel.type,
      predictedMs: kernel.latencyMs * factor,
      measuredMs: meanOf(k),
    })),
  };
}
