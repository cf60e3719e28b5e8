/** What a kernel costs in arithmetic and memory traffic, whatever its type. */

import { isKernelTypeName, kernelTypeOf } from "./catalogue.js";
import { bytesPerNumber } from "./sizes.js";
import type { Kernel, KernelConfig, KernelType } from "./types.js";

/** Two FLOPs per multiply-add; bytes at 4 per element. */
export interface Cost {
  readonly flops: number;
  /** Read and written at run time. */
  readonly activationBytes: number;
  readonly weightBytes: number;
}

/** The cost of a detected kernel. Of a type outside the catalogue only the FLOPs and parameters that it says itself are known. */
export function kernelCost(kernel: Pick<Kernel, "type" | "config" | "flops" | "params">): Cost {
  if (!isKernelTypeName(kernel.type))
    return { flops: kernel.flops, activationBytes: 0, weightBytes: kernel.params * bytesPerNumber };
  return configCost(kernel.type, kernel.config);
}

/** The cost of a config of a catalogue type. */
export function configCost(type: string, config: KernelConfig): Cost {
  const row = kernelTypeOf(type);
  const { input, output, weight } = row.elements(config);
  return {
    flops: row.flops(config),
    activationBytes: (input + output) * bytesPerNumber,
    weightBytes: weight * bytesPerNumber,
  };
}

/** Read, written and weights: the size of a kernel as data. */
export function elementsInAll(row: KernelType, config: KernelConfig): number {
  const { input, output, weight } = row.elements(config);
  return input + output + weight;
}
