/**
 * One session of some kernels: the engine loads them once and times them. With the profiler they stand side by side in
 * one model; a bundle that fails, or whose operators cannot be told apart, is halved until the kernel at fault is alone. Otherwise each is a model of its own,
 * and what an empty model takes is what the call costs.
 */
import { median } from "../base/index.js";
import {
  EngineFailure,
  estimate,
  type KernelTiming,
  type OperatorTime,
  type RunningEngine,
  type TimingPlan,
} from "../engines/index.js";
import { createGraphBuilder, type Graph } from "../graph/index.js";
import type { KernelConfig } from "../kernels/index.js";
import { type AttributedKernel, attribute, coreOperators } from "./attribution.js";
import { packKernels } from "./bundle.js";

export interface KernelTask {
  readonly type: string;
  readonly config: KernelConfig;
  /** May be made anew on every access. */
  readonly graph: Graph;
}

/** Milliseconds of each timed run, or why there are none. */
export type SessionRuns = readonly number[] | EngineFailure;

export interface ReorderRuns {
  readonly config: KernelConfig;
  readonly runs: readonly number[];
}

export interface KernelSession {
  /** In the order of the tasks. */
  readonly runs: readonly SessionRuns[];
  /** Layout reorders that the engine put around the kernels. */
  readonly reorders: readonly ReorderRuns[];
}

export interface SessionEngine {
  readonly running: RunningEngine;
  readonly timing: KernelTiming;
  /** Graph → bytes in the engine's model format. */
  encode(graph: Graph): Uint8Array;
}

/** Never rejects because of a kernel; other errors are ours. */
export function timeKernels(
  engine: SessionEngine,
  tasks: readonly KernelTask[],
  plan: TimingPlan,
): Promise<KernelSession> {
  return engine.timing === "profiler" ? timeBundle(engine, tasks, plan) : timeEach(engine, tasks, plan);
}

async function timeEach(engine: SessionEngine, tasks: readonly KernelTask[], plan: TimingPlan): Promise<KernelSession> {
  const timeOne = engine.timing === "operators" ? timeCore : timeAlone;
  const overheadMs = await overheadOf(engine, timeOne, plan);
  const runs: SessionRuns[] = [];
  for (const task of tasks) runs.push(await orFailure(() => timeOne(engine, task, plan, overheadMs)));
  return { runs, reorders: [] };
}

type TimeOne = (
  engine: SessionEngine,
  task: KernelTask,
  plan: TimingPlan,
  overheadMs: number,
) => Promise<readonly number[]>;

const timeAlone: TimeOne = async (engine, { graph }, plan, overheadMs) =>
  withoutOverhead(await timeModel(engine, engine.encode(graph), plan), overheadMs);

/** The engine's own times of the kernel's operators, without those at the model's border. */
const timeCore: TimeOne = async (engine, { type, config, graph }, plan, overheadMs) => {
  const operators = await timeOperatorsOf(engine, graph, plan);
  const core = coreOperators(operators, { type, config, operators: graph.nodes.map((node) => node.operator) });
  const runs = sumRuns(core, overheadMs);
  if (runs instanceof EngineFailure) throw runs;
  return runs;
};

/**
 * What a call costs, or the timing of one operator: the time of a model that computes next to nothing. Measured anew in
 * every session, the median so far counts: once alone it came out 5 µs apart between two starts of LiteRT, more than a
 * third of the kernels take.
 */
const overheads = new WeakMap<RunningEngine, number[]>();
/** In the first session there is no median yet. Choice. */
const firstOverheads = 5;

async function overheadOf(engine: SessionEngine, timeOne: TimeOne, plan: TimingPlan): Promise<number> {
  const known = overheads.get(engine.running) ?? [];
  overheads.set(engine.running, known);
  do known.push(await measureOverhead(engine, timeOne, plan));
  while (known.length < firstOverheads);
  return median(known);
}

async function measureOverhead(engine: SessionEngine, timeOne: TimeOne, plan: TimingPlan): Promise<number> {
  const b = createGraphBuilder("next-to-nothing");
  const graph = b.build([b.node("Relu", [b.input("x", [1, 16, 1, 1])])]);
  const empty: KernelTask = { type: "relu", config: {}, graph };
  const runs = await orFailure(() => timeOne(engine, empty, { ...plan, warmup: 20, runs: 200, tolerance: 0 }, 0));
  return runs instanceof EngineFailure ? 0 : Math.max(0, estimate(runs, "midmean") - markerMs);
}

/** Never below what any operator costs. */
function withoutOverhead(runs: readonly number[], overheadMs: number): number[] {
  const shift = Math.min(overheadMs, Math.max(0, estimate(runs, "midmean") - markerMs));
  return runs.map((time) => Math.max(0, time - shift));
}

/** Wall time of each run of a whole model. @throws EngineFailure */
export async function timeModel(
  { running }: Pick<SessionEngine, "running">,
  model: Uint8Array,
  plan: TimingPlan,
): Promise<readonly number[]> {
  const prepared = await running.prepare(model);
  try {
    return await prepared.time(plan);
  } finally {
    await prepared.release();
  }
}

async function timeBundle(
  engine: SessionEngine,
  tasks: readonly KernelTask[],
  plan: TimingPlan,
): Promise<KernelSession> {
  if (tasks.length === 0) return { runs: [], reorders: [] };
  const operators = await orFailure(() => timeOperators(engine, tasks, plan));
  if (!(operators instanceof EngineFailure)) {
    const session = readBundle(operators, tasks);
    if (session !== undefined) return session;
  } else if (tasks.length === 1) return { runs: [operators], reorders: [] };
  const middle = tasks.length >> 1;
  const first = await timeBundle(engine, tasks.slice(0, middle), plan);
  const second = await timeBundle(engine, tasks.slice(middle), plan);
  return { runs: [...first.runs, ...second.runs], reorders: [...first.reorders, ...second.reorders] };
}

const timeOperators = (engine: SessionEngine, tasks: readonly KernelTask[], plan: TimingPlan) =>
  timeOperatorsOf(engine, packKernels(tasks.map(packed)), plan);

async function timeOperatorsOf({ running, encode }: SessionEngine, graph: Graph, plan: TimingPlan) {
  const prepared = await running.prepare(encode(graph), { profile: true });
  try {
    return (await prepared.timeOperators(plan)).operators;
  } finally {
    await prepared.release();
  }
}

/** A reorder into the engine's layout happens only where the input is not in it. */
const packed = ({ type, config, graph }: KernelTask) => ({
  graph,
  plainInputs: type === "reorder" && config.direction !== "to-nchw",
});

async function orFailure<T>(work: () => Promise<T>): Promise<T | EngineFailure> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof EngineFailure) return error;
    throw error;
  }
}

/**
 * What a reshape that copies nothing costs without the profiler, milliseconds: measured with chains of 100 trivial
 * operators on onnxruntime-node 1.30, 0.1 to 0.5 µs each.
 */
const markerMs = 0.0004;

/** Undefined when an operator might belong to any of several kernels. */
function readBundle(operators: readonly OperatorTime[], tasks: readonly KernelTask[]): KernelSession | undefined {
  const kernels = tasks.map(({ type, config, graph }) => ({
    type,
    config,
    operators: graph.nodes.map((node) => node.operator),
  }));
  const { kernels: attributed, markers, stray } = attribute(operators, kernels);
  if (stray.length > 0 && tasks.length > 1) return undefined;
  // What the profiler adds to each operator: 2 to 5 µs, more than small kernels take.
  const shown = markers.map(({ timesMs }) => estimate(timesMs, "midmean"));
  const overheadMs = shown.length === 0 ? 0 : Math.max(0, estimate(shown, "median") - markerMs);
  return {
    runs: attributed.map(({ core }) => sumRuns([...core, ...stray], overheadMs)),
    reorders: attributed.flatMap((kernel) => reordersOf(kernel, overheadMs)),
  };
}

/** A kernel's runs: the sum of its operators', without what the profiler adds, and never below what any operator costs. */
function sumRuns(operators: readonly OperatorTime[], overheadMs: number): SessionRuns {
  if (operators.length === 0) return new EngineFailure("nonsense", "the engine optimised the kernel away");
  const runs = operators[0]!.timesMs.map((_, run) =>
    operators.reduce((total, { timesMs }) => total + (timesMs[run] ?? 0), 0),
  );
  // The mean, not each run, is held above the floor: whole microseconds scatter around small times in both directions.
  const shift = Math.min(
    operators.length * overheadMs,
    Math.max(0, estimate(runs, "midmean") - operators.length * markerMs),
  );
  return runs.map((time) => Math.max(0, time - shift));
}

function reordersOf({ edges }: AttributedKernel, overheadMs: number): ReorderRuns[] {
  return edges.flatMap((edge) => {
    const config = reorderConfig(edge);
    const runs = sumRuns([edge], overheadMs);
    return config === undefined || runs instanceof EngineFailure ? [] : [{ config, runs }];
  });
}

/** The config of the catalogue's `reorder` that an inserted operator amounts to. */
function reorderConfig({ operator, inputShapes, outputShapes }: OperatorTime): KernelConfig | undefined {
  if (operator !== "ReorderInput" && operator !== "ReorderOutput") return undefined;
  const shape = (operator === "ReorderInput" ? inputShapes : outputShapes)?.[0];
  if (shape?.length !== 4) return undefined;
  const [batch, c, h, w] = shape as [number, number, number, number];
  return { direction: operator === "ReorderInput" ? "to-nchwc" : "to-nchw", batch, c, h, w };
}
