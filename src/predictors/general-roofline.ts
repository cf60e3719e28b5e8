/**
 * One roofline for all kernel types of a platform: what a kernel without a predictor of its own is taken to cost.
 * A rough estimate, always above 0 ms.
 */
import { type Kernel, type KernelConfig, type KernelType, kernelCost, rooflineTerms } from "../kernels/index.js";
import { nonNegativeLeastSquares } from "../learning/index.js";

/** Milliseconds for 1, a GFLOP, a GB of activations, a GB of weights. */
export type GeneralRoofline = readonly number[];

/** Seconds' worth of terms is divided by this, so that the fit works on numbers near 1. */
const giga = 1e9;
/** No kernel costs less: a hundredth of what the shortest profiled kernels take. Choice. */
const leastMs = 1e-4;

/** Milliseconds of a kernel that has no predictor; of a type outside the catalogue its FLOPs and parameters are all that is known. */
export function generalLatencyMs(
  roofline: GeneralRoofline,
  kernel: Pick<Kernel, "type" | "config" | "flops" | "params">,
): number {
  const { flops, activationBytes, weightBytes } = kernelCost(kernel);
  const terms = [1, flops / giga, activationBytes / giga, weightBytes / giga];
  return Math.max(
    leastMs,
    terms.reduce((total, term, i) => total + term * roofline[i]!, 0),
  );
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
