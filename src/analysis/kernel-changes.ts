/** Which kernels a model gained and lost against an earlier version of it, by type and config; where they stand does not matter. */
import { stableJson } from "../base/index.js";
import type { KernelConfig } from "../kernels/index.js";
import { shortConfig } from "./config-text.js";

export interface CountedKernel {
  readonly type: string;
  readonly config: KernelConfig;
  /** Of one of them. */
  readonly latencyMs: number;
  /** Default 1. */
  readonly count?: number | undefined;
}

export interface KernelChange {
  readonly type: string;
  readonly text: string;
  /** Above 0 gained, below lost. */
  readonly count: number;
  /** What they take together, with the same sign. */
  readonly ms: number;
}

/** The largest first. */
export function kernelChanges(before: readonly CountedKernel[], after: readonly CountedKernel[]): KernelChange[] {
  const found = new Map<string, KernelChange>();
  const add = (kernels: readonly CountedKernel[], sign: 1 | -1) => {
    for (const { type, config, latencyMs, count = 1 } of kernels) {
      const key = `${type} ${stableJson(config)}`;
      const known = found.get(key) ?? { type, text: shortConfig(config), count: 0, ms: 0 };
      found.set(key, { ...known, count: known.count + sign * count, ms: known.ms + sign * count * latencyMs });
    }
  };
  add(before, -1);
  add(after, 1);
  return [...found.values()].filter(({ count }) => count !== 0).sort((a, b) => Math.abs(b.ms) - Math.abs(a.ms));
}
