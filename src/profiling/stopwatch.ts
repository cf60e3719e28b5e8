/**
 * Times one run in the process that does it. Where the system gave the core to somebody else during a run of one
 * thread, the CPU time is taken: on a shared machine long models are interrupted in every run, and no quantile of wall
 * times helps. Uninterrupted runs are wall time.
 */
import { performance } from "node:perf_hooks";

export interface Stopwatch {
  start(): void;
  /** Milliseconds since `start`. */
  stop(): number;
  /** Whether the run before the last `stop` was interrupted. */
  readonly interrupted: boolean;
}

/** @param threads that the timed work uses; with more than one, CPU time says nothing about latency */
export function createStopwatch(threads: number): Stopwatch {
  let usage = process.resourceUsage();
  let started = 0;
  let interrupted = false;
  return {
    get interrupted() {
      return interrupted;
    },
    start() {
      usage = process.resourceUsage();
      started = performance.now();
    },
    stop() {
      const wallMs = performance.now() - started;
      const now = process.resourceUsage();
      interrupted = now.involuntaryContextSwitches !== usage.involuntaryContextSwitches;
      if (threads !== 1 || !interrupted) return wallMs;
      const cpuMs = (now.userCPUTime - usage.userCPUTime + now.systemCPUTime - usage.systemCPUTime) / 1000;
      return cpuMs > 0 ? Math.min(wallMs, cpuMs) : wallMs;
    },
  };
}
