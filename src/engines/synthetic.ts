/**
 * An engine with a known latency formula, in this process: a roofline with steps where channels do not fill a vector,
 * and seeded noise. It gives tests of the whole loop a true answer. It is not among the engines that users are offered.
 */
import { createRandom, LitepredError } from "../base/index.js";
import type { Graph } from "../graph/index.js";
import { detectKernels, fusionRules, type Kernel, type KernelConfig, kernelTypeOf } from "../kernels/index.js";
import { readModel } from "../readers/index.js";
import { type Engine, type EngineDescription, EngineFailure, type PreparedModel, type TimingPlan } from "./contract.js";
import { enoughRuns } from "./process/stopwatch.js";
import { checkSettings } from "./settings.js";

/** A device made up. */
export interface SyntheticDevice {
  readonly flopsPerMs: number;
  readonly bytesPerMs: number;
  /** Of every kernel. */
  readonly overheadMs: number;
  /** Of every run of a model, whatever is in it. */
  readonly callMs: number;
  /** Channels are rounded up to a multiple of this. */
  readonly vector: number;
  /** Standard deviation of the relative noise of a run; noise only ever adds time. */
  readonly noise: number;
  readonly seed: number;
}

export const syntheticDevice: SyntheticDevice = {
  flopsPerMs: 50e6,
  bytesPerMs: 10e6,
  overheadMs: 0.002,
  callMs: 0,
  vector: 16,
  noise: 0.02,
  seed: 0,
};

/** True latency of a kernel of the catalogue, milliseconds: max(compute, memory) + overhead. */
export function syntheticLatencyMs(
  type: string,
  config: KernelConfig,
  device: SyntheticDevice = syntheticDevice,
): number {
  const kernelType = kernelTypeOf(type);
  const { input, output, weight } = kernelType.elements(config);
  const fill = [config.cin, config.cout].reduce<number>(
    (factor, channels) => factor * roundUpRatio(channels, device.vector),
    1,
  );
  const computeMs = (kernelType.flops(config) * fill) / device.flopsPerMs;
  const memoryMs = (4 * (input + output + weight)) / device.bytesPerMs;
  return device.overheadMs + Math.max(computeMs, memoryMs);
}

function roundUpRatio(channels: number | string | undefined, vector: number): number {
  return typeof channels === "number" ? (Math.ceil(channels / vector) * vector) / channels : 1;
}

const description: EngineDescription = {
  name: "synthetic",
  version: "1",
  processors: ["cpu"],
  precisions: ["fp32"],
  options: [{ name: "threads", summary: "divides the compute time", default: "1" }],
  format: "onnx",
  kernelTiming: "isolated",
  timingReason: "Nothing surrounds a made-up kernel.",
};

export function createSyntheticEngine(device: SyntheticDevice = syntheticDevice): Engine {
  return {
    name: description.name,
    describe: async () => description,
    async start(settings) {
      checkSettings(description, settings);
      const faster = { ...device, flopsPerMs: device.flopsPerMs * Number(settings.options.threads ?? 1) };
      let sessions = 0;
      return {
        prepare: async (model) => prepared(kernelsOf(model), faster, sessions++),
        close: async () => {},
      };
    },
  };
}

function kernelsOf(bytes: Uint8Array): readonly Kernel[] {
  const graph = readGraph(bytes);
  return detectKernels(graph, fusionRules(description.name)).kernels;
}

function readGraph(bytes: Uint8Array): Graph {
  try {
    return readModel(bytes, { name: "synthetic" });
  } catch (error) {
    if (error instanceof LitepredError) throw new EngineFailure("rejected", error.message);
    throw error;
  }
}

function prepared(kernels: readonly Kernel[], device: SyntheticDevice, session: number): PreparedModel {
  const random = createRandom(`${device.seed}/${session}`);
  const truth = kernels.map(({ type, config }) => syntheticLatencyMs(type, config, device));
  const noisy = (ms: number) => ms * (1 + device.noise * Math.abs(random.normal()));
  return {
    async time(plan) {
      const totalMs = truth.reduce((total, ms) => total + ms, device.callMs);
      return timesOf(plan, () => noisy(totalMs));
    },
    async operators() {
      throw new EngineFailure("rejected", "the synthetic engine has no times by operator");
    },
    run: async () => {
      throw new EngineFailure("rejected", "the synthetic engine computes nothing");
    },
    release: async () => {},
  };
}

/** Nothing waits: made-up milliseconds count as elapsed. */
function timesOf(plan: TimingPlan, next: () => number): number[] {
  const times: number[] = [];
  let elapsedMs = 0;
  do {
    times.push(next());
    elapsedMs += times.at(-1)!;
  } while (!enoughRuns(times.length, elapsedMs, plan));
  return times;
}
