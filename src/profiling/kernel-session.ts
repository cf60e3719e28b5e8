/**
 * One session of some kernels: the engine loads them once and times them. With the profiler they stand side by side in
 * one model; a bundle that fails, or whose operators cannot be told apart, is halved until the kernel at fault is alone. Otherwise
 * each is a model of its own, and what an empty model takes is what the call costs.
 */
import { median } from "../base/index.js";
import { EngineFailure, type OperatorTime } from "../engines/index.js";
import { createGraphBuilder, type Graph } from "../graph/index.js";
import type { KernelConfig } from "../kernels/index.js";
import { type AttributedKernel, attribute, coreOperators } from "./attribution.js";
import { packKernels } from "./bundle.js";
import type { Turn, TurnPlan } from "./interleave.js";
import { estimateOf, type SessionEstimate, withoutOverhead } from "./reference-state.js";
import { type SessionEngine, type SessionResult, type TimedSubject, timeModels, turnsOf } from "./session.js";

export interface KernelTask {
  readonly type: string;
  readonly config: KernelConfig;
  /** May be made anew on every access. */
  readonly graph: Graph;
}

export interface ReorderEstimate {
  readonly config: KernelConfig;
  readonly estimate: SessionEstimate;
}

export interface KernelSession {
  /** In the order of the tasks. */
  readonly results: readonly SessionResult[];
  /** Layout reorders that the engine put around the kernels. */
  readonly reorders: readonly ReorderEstimate[];
}

/** Never rejects because of a kernel; other errors are ours. */
export function timeKernels(
  engine: SessionEngine,
  tasks: readonly KernelTask[],
  plan: TurnPlan,
  signal?: AbortSignal,
): Promise<KernelSession> {
  switch (engine.timing) {
    case "profiler":
      return timeBundle(engine, tasks, plan, signal);
    case "operators":
      return timeCores(engine, tasks, plan, signal);
    case "isolated":
      return timeAlone(engine, tasks, plan, signal);
    default:
      return engine.timing satisfies never;
  }
}

/** A reshape that copies nothing, without the profiler, ms: chains of 100 trivial operators on onnxruntime-node 1.30, 0.1 to 0.5 µs each. */
const markerMs = 0.0004;

/**
 * What a call costs: the time of a model that computes next to nothing. It rides along in every session, and the median of the
 * last ones counts: between two starts of LiteRT it came out 5 µs apart, more than a third of the kernels take.
 */
const overheads = new WeakMap<SessionEngine["running"], number[]>();
const rememberedOverheads = 9;

export const nextToNothing: KernelTask = {
  type: "relu",
  config: {},
  get graph() {
    const b = createGraphBuilder("next-to-nothing");
    return b.build([b.node("Relu", [b.input("x", [1, 16, 1, 1])])]);
  },
};

function overheadOf({ running }: SessionEngine, now: SessionResult): number {
  const known = overheads.get(running) ?? [];
  overheads.set(running, known);
  if (!(now instanceof EngineFailure)) known.push(now.latencyMs);
  if (known.length > rememberedOverheads) known.shift();
  return known.length === 0 ? 0 : Math.max(0, median(known) - markerMs);
}

async function timeAlone(
  engine: SessionEngine,
  tasks: readonly KernelTask[],
  plan: TurnPlan,
  signal?: AbortSignal,
): Promise<KernelSession> {
  const load = [...tasks, nextToNothing].map((task) => () => engine.encode(task.graph));
  const results = await timeModels(engine, load, plan, signal);
  const overheadMs = overheadOf(engine, results.pop()!);
  return { results: results.map((result) => without(result, overheadMs, markerMs)), reorders: [] };
}

/** The engine's own times of the kernels' operators, without those at the model's border. */
async function timeCores(
  engine: SessionEngine,
  tasks: readonly KernelTask[],
  plan: TurnPlan,
  signal?: AbortSignal,
): Promise<KernelSession> {
  const all = [...tasks, nextToNothing];
  const timed = await turnsOf(
    engine,
    all.map((task) => ({ load: () => engine.encode(task.graph), profile: true })),
    plan,
    signal,
  );
  const results = timed.map((subject, i): SessionResult => {
    if (subject instanceof EngineFailure) return subject;
    return sumOf(coreOperators(subject.operators, described(all[i]!)), subject, engine);
  });
  const overheadMs = overheadOf(engine, results.pop()!);
  return { results: results.map((result) => without(result, overheadMs, markerMs)), reorders: [] };
}

const without = (result: SessionResult, overheadMs: number, leastMs: number): SessionResult =>
  result instanceof EngineFailure ? result : withoutOverhead(result, overheadMs, leastMs);

const described = ({ type, config, graph }: KernelTask) => ({
  type,
  config,
  operators: graph.nodes.map((node) => node.operator),
});

async function timeBundle(
  engine: SessionEngine,
  tasks: readonly KernelTask[],
  plan: TurnPlan,
  signal?: AbortSignal,
): Promise<KernelSession> {
  if (tasks.length === 0) return { results: [], reorders: [] };
  const bundle = { load: () => engine.encode(packKernels(tasks.map(packed))), profile: true };
  const [timed] = await turnsOf(engine, [bundle], plan, signal);
  if (!(timed instanceof EngineFailure)) {
    const session = readBundle(timed!, tasks, engine);
    if (session !== undefined) return session;
  } else if (tasks.length === 1) return { results: [timed], reorders: [] };
  const middle = tasks.length >> 1;
  const first = await timeBundle(engine, tasks.slice(0, middle), plan, signal);
  const second = await timeBundle(engine, tasks.slice(middle), plan, signal);
  return { results: [...first.results, ...second.results], reorders: [...first.reorders, ...second.reorders] };
}

/** A reorder into the engine's layout happens only where the input is not in it. */
const packed = ({ type, config, graph }: KernelTask) => ({
  graph,
  plainInputs: type === "reorder" && config.direction !== "to-nchw",
});

/** Undefined when an operator might belong to any of several kernels. */
function readBundle(
  subject: TimedSubject,
  tasks: readonly KernelTask[],
  engine: SessionEngine,
): KernelSession | undefined {
  const { kernels, markers, stray } = attribute(subject.operators, tasks.map(described));
  if (stray.length > 0 && tasks.length > 1) return undefined;
  // What the profiler adds to each operator: 2 to 5 µs, more than small kernels take.
  const shown = markers.flatMap((marker) => latencyOf(sumOf([marker], subject, engine)) ?? []);
  const overheadMs = shown.length === 0 ? 0 : Math.max(0, median(shown) - markerMs);
  return {
    results: kernels.map(({ core }) => coreOf([...core, ...stray], subject, engine, overheadMs)),
    reorders: kernels.flatMap((kernel) => reordersOf(kernel, subject, engine, overheadMs)),
  };
}

const latencyOf = (result: SessionResult) => (result instanceof EngineFailure ? undefined : result.latencyMs);

/** The sum of the kernel's operators without what the profiler adds, and never below what any operator costs. */
function coreOf(
  operators: readonly OperatorTime[],
  subject: TimedSubject,
  engine: SessionEngine,
  overheadMs: number,
): SessionResult {
  return without(sumOf(operators, subject, engine), operators.length * overheadMs, operators.length * markerMs);
}

/** What some operators of a subject took together. */
export function sumOf(
  operators: readonly OperatorTime[],
  { turns }: TimedSubject,
  { nominal }: Pick<SessionEngine, "nominal">,
): SessionResult {
  if (operators.length === 0) return new EngineFailure("nonsense", "the engine optimised the kernel away");
  if (turns.length === 0) return new EngineFailure("nonsense", "it was stopped before any run");
  let run = 0;
  const own = turns.map(
    ({ runsMs, referencesMs }): Turn => ({
      runsMs: [meanOf(runsMs.map(() => sumAt(operators, run++)))],
      referencesMs,
    }),
  );
  const timed = own.filter(({ runsMs }) => runsMs[0]! > 0);
  if (timed.length === 0) return estimateOf([{ ...own[0]!, runsMs: [shortestMs] }], nominal);
  return { ...estimateOf(timed, nominal), runs: run };
}

/** Half of what a clock of whole microseconds shows at least. */
const shortestMs = 5e-4;

const sumAt = (operators: readonly OperatorTime[], run: number) =>
  operators.reduce((total, { timesMs }) => total + (timesMs[run] ?? 0), 0);

const meanOf = (values: readonly number[]) => values.reduce((total, value) => total + value, 0) / values.length;

function reordersOf(
  { edges }: AttributedKernel,
  subject: TimedSubject,
  engine: SessionEngine,
  overheadMs: number,
): ReorderEstimate[] {
  return edges.flatMap((edge) => {
    const config = reorderConfig(edge);
    const estimate = coreOf([edge], subject, engine, overheadMs);
    return config === undefined || estimate instanceof EngineFailure ? [] : [{ config, estimate }];
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
