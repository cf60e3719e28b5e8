/**
 * Times one run in the process that does it. Where the system gave the core to somebody else during a run of one thread, the
 * CPU time is taken; other runs are wall time.
 */
import { performance } from "node:perf_hooks";
import type { TimingPlan } from "../contract.js";

export interface Stopwatch {
  start(): void;
  /** Milliseconds since `start`. */
  stop(): number;
}

/** @param threads that the timed work uses; with more than one, CPU time says nothing about latency */
export function createStopwatch(threads: number): Stopwatch {
  let usage = process.resourceUsage();
  let started = 0;
  return {
    start() {
      usage = process.resourceUsage();
      started = performance.now();
    },
    stop() {
      const wallMs = performance.now() - started;
      if (threads !== 1) return wallMs;
      const now = process.resourceUsage();
      if (now.involuntaryContextSwitches === usage.involuntaryContextSwitches) return wallMs;
      const cpuMs = (now.userCPUTime - usage.userCPUTime + now.systemCPUTime - usage.systemCPUTime) / 1000;
      return cpuMs > 0 ? Math.min(wallMs, cpuMs) : wallMs;
    },
  };
}

/** Whether a block of runs is over. */
export const enoughRuns = (runs: number, elapsedMs: number, plan: TimingPlan): boolean =>
  runs >= plan.runs || (runs > 0 && elapsedMs >= plan.maxMs);
