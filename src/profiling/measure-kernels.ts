/** Kernels → outcomes, by a protocol; every session packs the kernels anew, so that no two sessions of a kernel share their neighbours. */
import { createRandom, type Random, stableJson } from "../base/index.js";
import { elementCount, type Graph } from "../graph/index.js";
import type { Outcome, Protocol } from "../measurements/index.js";
import { type KernelTask, type ReorderEstimate, timeKernels } from "./kernel-session.js";
import { chunks } from "./measure-model.js";
import { kernelPlan, modelPlan } from "./protocol.js";
import { outcomeOf } from "./reference-state.js";
import type { SessionEngine } from "./session.js";
import { measureWindows, type Window, type WindowRequest } from "./windows.js";

export interface KernelRequest extends WindowRequest {
  readonly seed: number;
}

export interface MeasuredWindow extends Window {
  readonly reorders: readonly { readonly config: KernelTask["config"]; readonly outcome: Outcome }[];
}

/** Bundles in a window. Choice: the sessions of a kernel lie some seconds apart, and an interruption costs less than a minute. */
const bundlesPerWindow = ({ sessions }: Protocol) => (sessions === 1 ? 1 : 4);

/** Indices of a window's outcomes are those of the tasks. */
export async function* measureKernels(
  request: KernelRequest,
  tasks: readonly KernelTask[],
): AsyncGenerator<MeasuredWindow> {
  const { protocol, engine, signal } = request;
  const random = createRandom(request.seed);
  // A bundle is as long as a model; kernels that are models of their own are short.
  const plan = (engine.timing === "profiler" ? modelPlan : kernelPlan)(protocol, engine.running.turnMs);
  let reorders: ReorderEstimate[] = [];
  const windows = measureWindows(
    request,
    chunks(
      tasks.map((_, i) => i),
      bundlesPerWindow(protocol) * protocol.kernelsPerModel,
    ),
    (indices) => bundlesOf(indices, tasks, protocol, random),
    async (indices) => {
      const session = await timeKernels(
        engine,
        indices.map((index) => tasks[index]!),
        plan,
        signal,
      );
      reorders.push(...session.reorders);
      return session.results;
    },
  );
  for await (const window of windows) {
    yield { ...window, reorders: reorderOutcomes(reorders, engine) };
    reorders = [];
  }
}

/** One outcome for each different reorder seen in the window. */
function reorderOutcomes(reorders: readonly ReorderEstimate[], { nominal }: SessionEngine) {
  const byConfig = new Map<string, ReorderEstimate[]>();
  for (const reorder of reorders) {
    const key = stableJson(reorder.config);
    byConfig.set(key, [...(byConfig.get(key) ?? []), reorder]);
  }
  return [...byConfig.values()].map((same) => ({
    config: same[0]!.config,
    outcome: outcomeOf(
      same.map(({ estimate }) => estimate),
      nominal,
    ),
  }));
}

/** Largest sum of constants in one bundle, elements (256 MB of float32): several bundles' weights must fit in memory. Choice. */
const maxWeights = 64e6;

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
