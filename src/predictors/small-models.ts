/**
 * Models that live in the processor's cache. Kernels are measured between others that push them out of it, as in networks; of
 * thousands of tiny operators each takes the 0.3 µs that calling it costs (measured: 0.25), not the microseconds of a cold one.
 */
import { kernelCost } from "../kernels/index.js";
import { type GeneralRoofline, mostSmallMs } from "./general-roofline.js";
import type { DetectedModel } from "./types.js";

/** Second-level caches have one or two megabytes. Choice. */
const cacheBytes = 1 << 20;

/** Weights of all kernels, and twice the most that one of them reads and writes: its memory is used again by those after it. */
function staysInCache({ kernels }: DetectedModel): boolean {
  let [weights, most] = [0, 0];
  for (const kernel of kernels) {
    const { activationBytes, weightBytes } = kernelCost(kernel);
    weights += weightBytes;
    most = Math.max(most, activationBytes);
    if (weights + 2 * most > cacheBytes) return false;
  }
  return true;
}

/** For each of the model's kernels the most that it can take; undefined where the model is too large to tell. */
export function mostInCache(model: DetectedModel, general: GeneralRoofline): readonly number[] | undefined {
  return staysInCache(model) ? model.kernels.map((kernel) => mostSmallMs(general, kernel)) : undefined;
}
