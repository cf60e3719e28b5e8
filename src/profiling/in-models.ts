/**
 * Kernels timed where they run: a whole network runs under the engine's profiler and, in turns with that, without it. The profiler
 * tells how the time is shared among the nodes, each of which is one detected kernel; the run without it tells how much there is to
 * share. This is what a kernel costs inside a model by definition: caches, buffers and layouts are those of real networks.
 * Needs an engine that tells the times of its operators, and either rules that name its nodes one to one, or operators that bear the
 * names of the model as given.
 */
import { median } from "../base/index.js";
import { type EngineDescription, EngineFailure, type OperatorTime } from "../engines/index.js";
import type { Graph } from "../graph/index.js";
import { detectKernels, engineNodes, type FusionRules } from "../kernels/index.js";
import type { Outcome, Protocol } from "../measurements/index.js";
import { nextToNothing, sumOf } from "./kernel-session.js";
import { nameByKernel, operatorsByKernel, type PairedOperators } from "./named-network.js";
import { pairOperators } from "./pairing.js";
import { modelPlan } from "./protocol.js";
import { estimateOf, outcomeOf, type SessionEstimate } from "./reference-state.js";
import { type SessionEngine, timeModels, turnsOf } from "./session.js";

export interface InModelTask {
  /** The network that runs, in the engine's format. @throws EngineFailure for what has no form in it */
  load(): Uint8Array;
  /** The engine's operators by the kernels that were detected, in the order of these. */
  pair(operators: readonly OperatorTime[]): PairedOperators;
}

/** @param rules of the platform, which tell its kernels */
export function inModelTask(
  graph: Graph,
  rules: FusionRules,
  { inModels }: Pick<EngineDescription, "inModels">,
  encode: (graph: Graph) => Uint8Array,
): InModelTask {
  if (inModels !== "names") {
    const nodes = engineNodes(graph, rules);
    return { load: () => encode(graph), pair: (operators) => pairOperators(nodes, operators, rules.nchwcBlock) };
  }
  const { kernels } = detectKernels(graph, rules);
  return {
    load: () => encode(nameByKernel(graph, kernels)),
    pair: (operators) => operatorsByKernel(operators, kernels.length),
  };
}

export interface InModelTimes {
  /** A run without the profiler. */
  readonly whole: SessionEstimate;
  /** For each node under the profiler; undefined where the engine ran no such node. */
  readonly nodes: readonly (SessionEstimate | undefined)[];
  /** Operators that no detected node stands for, together, milliseconds. */
  readonly extraMs: number;
  readonly operators: number;
}

export async function timeInModel(
  engine: SessionEngine,
  { load, pair }: InModelTask,
  protocol: Protocol,
  signal?: AbortSignal,
): Promise<InModelTimes | EngineFailure> {
  let bytes: Uint8Array | undefined;
  const once = () => (bytes ??= load());
  const subjects = [{ load: once }, { load: once, profile: true }];
  const [plain, profiled] = await turnsOf(engine, subjects, modelPlan(protocol, engine.running.turnMs), signal);
  if (plain instanceof EngineFailure) return plain;
  if (profiled instanceof EngineFailure) return profiled;
  const { operators, extra } = pair(profiled!.operators);
  const estimate = (of: Parameters<typeof sumOf>[0]) => {
    const result = of.length === 0 ? undefined : sumOf(of, profiled!, engine);
    return result instanceof EngineFailure ? undefined : result;
  };
  return {
    whole: estimateOf(plain!.turns, engine.nominal),
    nodes: operators.map(estimate),
    extraMs: estimate(extra)?.latencyMs ?? 0,
    operators: profiled!.operators.length,
  };
}

/** What a call costs whatever the model is: the time of a model that computes next to nothing. */
export async function timeNextToNothing(engine: SessionEngine, protocol: Protocol): Promise<Outcome> {
  const sessions: SessionEstimate[] = [];
  for (let session = 0; session < protocol.sessions; session++) {
    const [empty] = await timeModels(engine, [() => engine.encode(nextToNothing.graph)], modelPlan(protocol));
    if (empty instanceof EngineFailure) return { status: "failed", reason: empty.reason, message: empty.message };
    sessions.push(empty!);
  }
  return outcomeOf(sessions, engine.nominal);
}

/** No node costs less, milliseconds: a tenth of what trivial ones take. Choice. */
const leastMs = 1e-4;
/** Further than this from 1, the profiled run and the other one were not of the same kind. Choice. */
const mostScale = 1.5;

/**
 * What the profiler adds to the time of a node, milliseconds: the median over networks of what their nodes take more than the whole.
 * Measured on onnxruntime-node 1.30: 5 to 7 µs, which is more than half of what the nodes of a small network take.
 */
export function profilerOverhead(networks: readonly InModelTimes[], callMs: number): number {
  const added = networks
    .filter(({ operators }) => operators > 0)
    .map((network) => ({
      each: (sumMs(network) - (network.whole.latencyMs - callMs)) / network.operators,
      // In a network of long nodes what is added is lost in the noise.
      weight: network.operators / network.whole.latencyMs,
    }));
  return Math.max(0, weightedMedian(added));
}

/** Of the time under the profiler, what went to operators that no detected node stands for. */
export const strayShare = (times: InModelTimes): number => times.extraMs / (sumMs(times) || 1);

const sumMs = ({ nodes, extraMs }: InModelTimes) =>
  nodes.reduce((total, node) => total + (node?.latencyMs ?? 0), extraMs);

function weightedMedian(values: readonly { readonly each: number; readonly weight: number }[]): number {
  const sorted = [...values].sort((a, b) => a.each - b.each);
  const half = sorted.reduce((total, { weight }) => total + weight, 0) / 2;
  let reached = 0;
  for (const { each, weight } of sorted) {
    reached += weight;
    if (reached >= half) return each;
  }
  return 0;
}

/** What each node costs in the run without the profiler: their sum is the whole without the call. Undefined as in `times`. */
export function nodeCosts(times: InModelTimes, overheadMs: number, callMs: number): (SessionEstimate | undefined)[] {
  const net = (ms: number) => Math.max(leastMs, ms - overheadMs);
  const total = times.nodes.reduce((sum, node) => sum + (node === undefined ? 0 : net(node.latencyMs)), times.extraMs);
  const scale = (times.whole.latencyMs - callMs) / total;
  const kept = Math.min(mostScale, Math.max(1 / mostScale, scale));
  return times.nodes.map(
    (node) => node && { ...node, latencyMs: net(node.latencyMs) * kept, observedMs: net(node.observedMs) * kept },
  );
}

/** Of nodes of one config in a network: the median. */
export function middleOf(estimates: readonly SessionEstimate[]): SessionEstimate {
  const latencyMs = median(estimates.map((estimate) => estimate.latencyMs));
  return { ...estimates[0]!, latencyMs, runs: estimates.reduce((total, { runs }) => total + runs, 0) };
}
