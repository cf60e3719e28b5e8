/**
 * One roofline for all kernel types of a platform: what a kernel without a predictor of its own is taken to cost.
 * A rough estimate, always above 0 ms.
 */
import {
  isKernelTypeName,
  type Kernel,
  type KernelConfig,
  type KernelType,
  kernelCost,
  rooflineTerms,
} from "../kernels/index.js";
import { nonNegativeLeastSquares } from "../learning/index.js";
import { effortOf, hasFormula, movedShare } from "./effort.js";

/** Milliseconds for 1, a GFLOP, a GB of activations, a GB of weights. */
export type GeneralRoofline = readonly number[];

/** Seconds' worth of terms is divided by this, so that the fit works on numbers near 1. */
const giga = 1e9;
/** No kernel costs less: a hundredth of what the shortest profiled kernels take. Choice. */
const leastMs = 1e-4;

/**
 * What an operator costs whatever it does, where the engine calls it on the CPU: chains of a thousand trivial operators on
 * onnxruntime-node 1.30 take 0.25 to 0.3 µs each. The roofline's own constant is what small convolutions take.
 */
const nodeMs = 3e-4;
/** A constant above this is that of a processor apart, where each kernel has to be launched. */
const launchMs = 0.02;

type Costed = Pick<Kernel, "type" | "config" | "flops" | "params">;

/** Milliseconds of a kernel that has no predictor; of a type outside the catalogue its FLOPs and parameters are all that is known. */
export const generalLatencyMs = (roofline: GeneralRoofline, kernel: Costed): number =>
  Math.max(leastMs, constantOf(roofline) + workMs(roofline, kernel));

/** An operator costs so much more than its work alone would be. Choice: kernels of a few µs, measured in networks. */
const headroom = 5;
/** Kernels are small whose work takes no longer. */
const smallMs = 0.002;

/**
 * The most that a small kernel can take, smaller than all that was measured: predictors extrapolate to several µs where an engine
 * takes 0.3. Infinite for kernels that are not small.
 */
export function mostSmallMs(roofline: GeneralRoofline, kernel: Costed): number {
  // Of a user's own type neither the work nor the bytes are known.
  const work = isKernelTypeName(kernel.type) ? workMs(roofline, kernel) : Number.POSITIVE_INFINITY;
  return work <= smallMs ? constantOf(roofline) + headroom * work : Number.POSITIVE_INFINITY;
}

const bytesPerElement = 4;
/** In the caches bytes move so many times faster, at least. Choice. */
const cacheSpeed = 6;
/** Of work that is known; and where a formula of the type's own says how much work it is. Choices: odd models, measured. */
const hotHeadroom = 3;
const formulaHeadroom = 1.3;

/** The most that a kernel can take whose model stays in the cache. */
export function mostHotMs(roofline: GeneralRoofline, kernel: Costed): number {
  if (!isKernelTypeName(kernel.type)) return Number.POSITIVE_INFINITY;
  return (
    constantOf(roofline) + (hasFormula(kernel) ? formulaHeadroom : hotHeadroom) * workMs(roofline, kernel, cacheSpeed)
  );
}

/** FLOPs of a convolution in the time of moving a byte, at least: 25 to 50 GB/s beside 70 to 125 GFLOP/s (two machines). */
const flopsPerByte = 1.8;

const constantOf = ([constant = 0]: GeneralRoofline): number =>
  constant > launchMs ? constant : Math.min(constant, nodeMs) || nodeMs;

function workMs(roofline: GeneralRoofline, kernel: Costed, speed = 1): number {
  const { flops, activationBytes, weightBytes } = kernelCost(kernel);
  const [, perFlop = 0] = roofline;
  // Weights that are read again and again stay in the caches.
  const weightsMs = Math.min(weightBytes, bytesPerElement * kernel.params) * weightMsPerByte(roofline);
  const activationsMs = (activationBytes * movedShare(kernel) * perByteOf(roofline)) / giga;
  return (effortOf({ ...kernel, flops }) * perFlop) / giga + (activationsMs + weightsMs) / speed;
}

/** The fit gives bytes to FLOPs where the two go together: weights are read from memory, as activations are. */
const perByteOf = ([, perFlop = 0, perByte = 0, perWeightByte = 0]: GeneralRoofline): number =>
  Math.max(perByte, perWeightByte, perFlop * flopsPerByte);

/**
 * Outputs handed to the caller as copies in memory of their own. Source: onnxruntime-node 1.30, outputs of 0.4 to 32 MB: 90 ms a GB
 * where a kernel moves one in 29; three to four times as much beyond 4 MB, in memory that the system hands out anew each time.
 */
const copyPasses = 3;
const freshPasses = 10;
const keptBytes = 4e6;

export function copyMs(roofline: GeneralRoofline, elements: number): number {
  const bytes = elements * bytesPerElement;
  return (perByteOf(roofline) * (copyPasses * bytes + freshPasses * Math.max(0, bytes - keptBytes))) / giga;
}

/** Of weights from memory. */
export function weightMsPerByte([, perFlop = 0, , perWeightByte = 0]: GeneralRoofline): number {
  return Math.max(perWeightByte, perFlop * flopsPerByte) / giga;
}

/** Weighted by 1/latency, so that neither the many cheap kernels nor the few dear ones are drowned. */
export function fitGeneralRoofline(
  measured: readonly {
    readonly type: string | KernelType;
    readonly configs: readonly KernelConfig[];
    readonly latenciesMs: ArrayLike<number>;
  }[],
): GeneralRoofline {
  const latencies = measured.flatMap(({ latenciesMs }) => Array.from(latenciesMs));
  const values = measured.flatMap(({ type, configs }) => scaledTerms(type, configs));
  const x = { rows: latencies.length, columns: 4, values: Float64Array.from(values) };
  return [
    ...nonNegativeLeastSquares(
      x,
      latencies,
      latencies.map((latency) => 1 / latency),
    ),
  ];
}

function scaledTerms(type: string | KernelType, configs: readonly KernelConfig[]): number[] {
  return Array.from(rooflineTerms(type, configs), (term, i) => (i % 4 === 0 ? term : term / giga));
}
