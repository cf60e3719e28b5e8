/**
 * Weights are read anew in every run. Where all that a model touches fits a cache they come from there, several times as fast as
 * from memory: a dense layer of 5 MB took 0.10 ms in networks that touch less than 25 MB and 0.32 ms in those of more than 60 (L3 of
 * 32 MB, two looks). Kernel predictors know a kernel, not its network, and say something in between.
 */
import { configCost, isKernelTypeName, type KernelConfig } from "../kernels/index.js";

export interface WeightsInCache {
  /** Of weights from memory. */
  readonly msPerByte: number;
  /** Half of what is said of weights holds for networks that touch so much. */
  readonly cacheBytes: number;
  /** ln factor of a small network that spends all its time on weights. */
  readonly log: number;
}

/** What a network, or a part of one, does with memory; sums over its kernels. */
export interface MemoryUse {
  /** Milliseconds for its weights from memory, of each kernel no more than it takes. */
  readonly weightsMs: number;
  /** Weights, inputs and outputs. */
  readonly touchedBytes: number;
}

/** How fast the change is from small networks to large ones. Choice; 2 to 8 made no difference. */
const steepness = 4;

/** 1 for networks that stay in the cache, 0 for those far beyond. */
export const shareInCache = (touchedBytes: number, cacheBytes: number): number =>
  1 / (1 + (touchedBytes / cacheBytes) ** steepness);

/** @param kernels of a user's own type nothing is known; @param msPerByte undefined where nobody asks */
export function memoryUse(
  kernels: Iterable<{ readonly type: string; readonly config: KernelConfig; readonly latencyMs: number }>,
  msPerByte: number | undefined,
): MemoryUse {
  if (msPerByte === undefined) return { weightsMs: 0, touchedBytes: 0 };
  let [weightsMs, touchedBytes] = [0, 0];
  for (const { type, config, latencyMs } of kernels) {
    if (!isKernelTypeName(type)) continue;
    const { weightBytes, activationBytes } = configCost(type, config);
    weightsMs += Math.min(latencyMs, weightBytes * msPerByte);
    touchedBytes += weightBytes + activationBytes;
  }
  return { weightsMs, touchedBytes };
}
