/**
 * Weights are read anew in every run. Where those of a model stay in a cache they come from there, several times as fast as from memory: a
 * dense layer of 5 MB took 0.10 ms in networks with few weights and 0.32 ms in those with many (L3 of 32 MB, two looks). Kernel
 * predictors know a kernel, not its network, and say something in between. How many weights there are tells it better than how much a
 * network touches in all, whose buffers are used again and again (131 networks: 2.0 % left-out error instead of 2.1, below 3 ms 2.4
 * instead of 2.9).
 */
import { configCost, isKernelTypeName, type KernelConfig } from "../kernels/index.js";

export interface WeightsInCache {
  /** Of weights from memory. */
  readonly msPerByte: number;
  /** Half of what is said of weights holds for networks that have so many bytes of them. */
  readonly halfAtBytes: number;
  /** ln factor of a small network that spends all its time on weights. */
  readonly log: number;
}

/** What a network, or a part of one, does with memory; sums over its kernels. */
export interface MemoryUse {
  /** Milliseconds for its weights from memory, of each kernel no more than it takes. */
  readonly weightsMs: number;
  readonly weightBytes: number;
}

/** How fast the change is from small networks to large ones. Choice; 2 to 8 made no difference. */
const steepness = 4;

/** 1 for networks whose weights stay in the cache, 0 for those far beyond. */
export const shareInCache = (weightBytes: number, halfAtBytes: number): number =>
  1 / (1 + (weightBytes / halfAtBytes) ** steepness);

/** @param kernels of a user's own type nothing is known; @param msPerByte undefined where nobody asks */
export function memoryUse(
  kernels: Iterable<{ readonly type: string; readonly config: KernelConfig; readonly latencyMs: number }>,
  msPerByte: number | undefined,
): MemoryUse {
  if (msPerByte === undefined) return { weightsMs: 0, weightBytes: 0 };
  let [weightsMs, total] = [0, 0];
  for (const { type, config, latencyMs } of kernels) {
    if (!isKernelTypeName(type)) continue;
    const { weightBytes } = configCost(type, config);
    weightsMs += Math.min(latencyMs, weightBytes * msPerByte);
    total += weightBytes;
  }
  return { weightsMs, weightBytes: total };
}
