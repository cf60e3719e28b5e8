import type { KernelTiming } from "./contract.js";

/** A row of the list of engines. */
export interface EngineRow {
  readonly name: string;
  readonly version: string;
  readonly summary: string;
  readonly precisions: readonly string[];
  readonly processors: readonly string[];
  /** How a kernel is timed: by the engine's profiler inside a model, or alone. */
  readonly kernelTiming: KernelTiming;
  readonly installed: boolean;
  /** What installing it lacks on this machine, e.g. a Python version; absent where nothing does. */
  readonly missing?: string;
}
