/**
 * The contract of an inference engine: describe it, start it for one platform, prepare a model, time it, release it.
 * An engine runs in a process of its own; whatever it does there (crash, hang, nonsense) reaches the caller as an
 * EngineFailure, which the session turns into a recorded outcome.
 */
import type { Conditions, FailureReason } from "../measurements/index.js";
import type { Precision, Processor } from "../platforms/index.js";

export interface EngineOption {
  readonly name: string;
  readonly summary: string;
  readonly default: string;
  /** Allowed values; any word where absent. */
  readonly choices?: readonly string[];
}

/**
 * How a kernel is timed. "profiler": many kernels side by side in one model, by the engine's own per-operator times.
 * "operators": each kernel as a model of its own, by the engine's times of its operators, changes of layout at the
 * model's border left out. "isolated": each kernel as a model of its own, by wall time, without what the call costs.
 */
export type KernelTiming = "profiler" | "operators" | "isolated";

export interface EngineDescription {
  readonly name: string;
  /** Version installed here. */
  readonly version: string;
  readonly processors: readonly Processor[];
  readonly precisions: readonly Precision[];
  /** Options of the platform id that this engine understands. */
  readonly options: readonly EngineOption[];
  /** Model format that `prepare` takes. */
  readonly format: "onnx" | "tflite" | "ncnn";
  readonly kernelTiming: KernelTiming;
  /** Where it is timed otherwise than that on some of its processors. */
  readonly kernelTimingOn?: Partial<Record<Processor, KernelTiming>>;
  /**
   * How the times of operators inside a network are told apart, where kernels can be timed there: the engine's nodes are the detected
   * kernels one to one ("nodes"), or its operators bear the names of the model as given ("names").
   */
  readonly inModels?: "nodes" | "names" | undefined;
  /** Why: what makes the sum of kernels meet the model. */
  readonly timingReason: string;
}

export const kernelTimingOf = (engine: EngineDescription, processor: Processor): KernelTiming =>
  engine.kernelTimingOn?.[processor] ?? engine.kernelTiming;

/** What an engine is started for. */
export interface EngineSettings {
  readonly processor: Processor;
  readonly precision: Precision;
  readonly options: Readonly<Record<string, string>>;
}

/** One block of runs. Blocks of a model and of the references take turns (profiling/interleave.ts). */
export interface TimingPlan {
  readonly warmup: number;
  /** Most timed runs. */
  readonly runs: number;
  /** Timed runs end after this time, but never before the first. */
  readonly maxMs: number;
}

/** One operator of the engine's own (optimised) graph, timed. */
export interface OperatorTime {
  /** Name in the engine's graph. */
  readonly name: string;
  /** The engine's operator, e.g. `Conv`, `ReorderInput`. */
  readonly operator: string;
  /** Input tensor shapes, where the engine tells them. */
  readonly inputShapes?: readonly (readonly number[])[];
  readonly outputShapes?: readonly (readonly number[])[];
  /** Tensor names it reads and writes, where the engine tells them. */
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  /** One entry for each timed run, milliseconds. */
  readonly timesMs: readonly number[];
}

export interface PreparedModel {
  /** Time of each timed run, milliseconds: wall time, or CPU time of a run of one thread that lost the core meanwhile. */
  time(plan: TimingPlan): Promise<readonly number[]>;
  /**
   * Times by operator of all timed runs so far, in their order; only for a model prepared with `profile`, and once: the model
   * cannot run any more.
   * @throws EngineFailure `rejected` where the engine has none.
   */
  operators(): Promise<readonly OperatorTime[]>;
  /** Outputs for given inputs, row-major NCHW float32, by tensor name: lets the conformance kit check that engines compute the same. */
  run(inputs: Readonly<Record<string, Float32Array>>): Promise<Readonly<Record<string, Float32Array>>>;
  release(): Promise<void>;
}

/** A device other than this machine, on which the engine runs. */
export interface DeviceState {
  /** Its conditions now. @throws LitepredError `engine-unavailable` where it has gone */
  conditions(): Promise<Omit<Conditions, "node" | "engineVersion">>;
  /** Waits until it is fit to be measured, within limits of its own. */
  settle(signal?: AbortSignal): Promise<void>;
}

export interface RunningEngine {
  /** `profile`: times by operator will be asked for (some engines must know before loading). */
  prepare(model: Uint8Array, use?: { readonly profile?: boolean; readonly timeoutMs?: number }): Promise<PreparedModel>;
  /** Shortest turn of a model that is worth its cost, milliseconds; where absent, a few. */
  readonly turnMs?: number;
  /** Core it is pinned to, if any. */
  readonly pinnedCore?: number;
  /** What it runs in, where that is a program of its own, e.g. `Chromium 156.0, WebGPU on …`. */
  readonly host?: string;
  /** Absent where the engine runs on this machine. */
  readonly device?: DeviceState;
  close(): Promise<void>;
}

export interface Engine {
  readonly name: string;
  /** @throws LitepredError `engine-unavailable` with a hint how to install it. */
  describe(): Promise<EngineDescription>;
  /** @throws LitepredError `engine-unavailable`, or `unknown-platform` for settings it does not have. */
  start(settings: EngineSettings): Promise<RunningEngine>;
}

/** What an engine did wrong with a model, as data in an exception; never escapes from profiling. */
export class EngineFailure extends Error {
  override readonly name = "EngineFailure";
  constructor(
    readonly reason: FailureReason,
    message: string,
  ) {
    super(message);
  }
}
