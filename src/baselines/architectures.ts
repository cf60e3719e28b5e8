/** What baselines of whole architectures start from, and what they give. */
import type { Kernel, KernelConfig } from "../kernels/index.js";

/** An architecture, as the kernels that the platform's engine runs it as. */
export interface KernelList {
  readonly kernels: readonly Kernel[];
}

/** Kernels that were measured on the target. */
export interface MeasuredKernels {
  readonly type: string;
  readonly configs: readonly KernelConfig[];
  /** ms, index-aligned. */
  readonly latenciesMs: readonly number[];
}

/** ms of each architecture, in order. */
export type ArchitectureFit = (architectures: readonly KernelList[]) => Float64Array;

/** An architecture measured whole. */
export interface MeasuredArchitecture {
  readonly detection: KernelList;
  readonly measuredMs: number;
}

/** A model's latency as the sum of its kernels'. `unknown`: kernels without a predictor, none of which costs 0 ms by saying so. */
export function sumOfKernels(latencyOf: (type: string, kernels: readonly Kernel[]) => Float64Array): ArchitectureFit {
  return (architectures) => {
    const byType = new Map<string, { kernel: Kernel; architecture: number }[]>();
    for (const [architecture, { kernels }] of architectures.entries())
      for (const kernel of kernels) {
        const same = byType.get(kernel.type) ?? [];
        byType.set(kernel.type, same);
        same.push({ kernel, architecture });
      }
    const out = new Float64Array(architectures.length);
    for (const [type, all] of byType) {
      const latencies = latencyOf(
        type,
        all.map(({ kernel }) => kernel),
      );
      for (const [i, { architecture }] of all.entries()) out[architecture]! += latencies[i]!;
    }
    return out;
  };
}
