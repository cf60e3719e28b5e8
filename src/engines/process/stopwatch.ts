/**
 * Times one run in the process that does it, and tells whether the run was disturbed: the system gave the core to somebody
 * else, or the core was in another state than the one to be timed before or after it (core-state.ts). Where the core was
 * given away during a run of one thread, the CPU time is taken; other runs are wall time.
 */
import { performance } from "node:perf_hooks";
import { type CoreSpeed, createCoreSpeed } from "./core-speed.js";
import { toldCoreState } from "./core-state.js";

export interface Stopwatch {
  start(): void;
  /** Milliseconds since `start`. */
  stop(): number;
  /** Whether the run before the last `stop` was disturbed. */
  readonly disturbed: boolean;
}

/** One for the process: it knows the core better the longer it watches. */
let speed: CoreSpeed | undefined;

/** @param threads that the timed work uses; with more than one, CPU time says nothing about latency */
export function createStopwatch(threads: number): Stopwatch {
  const wanted = toldCoreState();
  speed ??= createCoreSpeed(wanted === "shared");
  const core = speed;
  let usage = process.resourceUsage();
  let started = 0;
  let asWanted = true;
  let disturbed = false;
  return {
    get disturbed() {
      return disturbed;
    },
    start() {
      asWanted = core.state() === wanted;
      usage = process.resourceUsage();
      started = performance.now();
    },
    stop() {
      const wallMs = performance.now() - started;
      const now = process.resourceUsage();
      const interrupted = now.involuntaryContextSwitches !== usage.involuntaryContextSwitches;
      disturbed = interrupted || !asWanted || core.state() !== wanted;
      if (threads !== 1 || !interrupted) return wallMs;
      const cpuMs = (now.userCPUTime - usage.userCPUTime + now.systemCPUTime - usage.systemCPUTime) / 1000;
      return cpuMs > 0 ? Math.min(wallMs, cpuMs) : wallMs;
    },
  };
}
