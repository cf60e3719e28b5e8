/**
 * Models that live in the processor's cache. Kernels are measured between others that push them out of it, as in networks; of
 * thousands of tiny operators each takes the 0.3 µs that calling it costs (measured: 0.25), not the microseconds of a cold one.
 */
import { kernelCost } from "../kernels/index.js";
import { type GeneralRoofline, mostHotMs } from "./general-roofline.js";
import type { DetectedModel } from "./types.js";

/** Second-level caches have one or two megabytes. Choice. */
const cacheBytes = 1 << 20;

/** What a model, or a part of one, keeps in the cache. */
export interface CacheUse {
  weightBytes: number;
  /** The most that one of its kernels reads and writes. */
  mostBytes: number;
}

export const noUse = (): CacheUse => ({ weightBytes: 0, mostBytes: 0 });

/** `total` grows by `part`. */
export function addUse(total: CacheUse, part: CacheUse): void {
  total.weightBytes += part.weightBytes;
  total.mostBytes = Math.max(total.mostBytes, part.mostBytes);
}

/** Weights of all kernels, and twice the most that one of them reads and writes: its memory is used again by those after it. */
export const staysInCache = ({ weightBytes, mostBytes }: CacheUse): boolean =>
  weightBytes + 2 * mostBytes <= cacheBytes;

/** Not followed to the end where it has become too much. */
export function cacheUse({ kernels }: DetectedModel): CacheUse {
  const use = noUse();
  for (const kernel of kernels) {
    const { activationBytes, weightBytes } = kernelCost(kernel);
    addUse(use, { weightBytes, mostBytes: activationBytes });
    if (!staysInCache(use)) break;
  }
  return use;
}

/** For each kernel the most that it can take in a model that stays in the cache. */
export const mostInCache = ({ kernels }: DetectedModel, general: GeneralRoofline): readonly number[] =>
  kernels.map((kernel) => mostHotMs(general, kernel));
