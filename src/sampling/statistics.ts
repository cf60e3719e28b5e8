/** How often each kernel config occurs in the architectures of search spaces, and what share of the cost it has. */
import type { Random } from "../base/index.js";
import { configKey, type FusionRules, type Kernel, type KernelConfig, rooflineTerms } from "../kernels/index.js";
import { kernelLists, type Space } from "../spaces/index.js";
import type { ConfigStatistics, SpaceStatistics, TypeStatistics } from "./sampler.js";

export interface StatisticsRequest {
  readonly spaces: readonly Space[];
  readonly rules: FusionRules;
  /** Default `usualPerSpace`. */
  readonly architecturesPerSpace?: number | undefined;
  readonly random: Random;
  /** Measured or predicted; default the roofline of a typical x86 core. */
  readonly latencyMs?: (kernel: Kernel) => number;
}

/** Architectures of a space whose kernels stand for all of it. Choice: about ten thousand distinct configs over all spaces. */
export const usualPerSpace = 40;

/** Draws architectures from each space (an independent stream by its name) and counts their kernels. */
export function collectStatistics(request: StatisticsRequest): SpaceStatistics {
  const { spaces, rules, architecturesPerSpace = usualPerSpace, random, latencyMs = rooflineMs } = request;
  const types = new Map<string, Map<string, Tally>>();
  const unsupported = new Map<string, number>();
  for (const space of spaces) {
    const stream = random.fork(space.name);
    const kernelsOf = kernelLists(space, rules);
    for (let i = 0; i < architecturesPerSpace; i++) {
      const detection = kernelsOf(space.sample(stream));
      for (const { operator } of detection.unsupported) unsupported.set(operator, (unsupported.get(operator) ?? 0) + 1);
      tally(detection.kernels, latencyMs, types);
    }
  }
  const architectures = spaces.length * architecturesPerSpace;
  return {
    architectures,
    types: Object.fromEntries([...types].map(([type, tallies]) => [type, summarise(type, tallies, architectures)])),
    unsupported: Object.fromEntries(unsupported),
  };
}

interface Tally {
  readonly config: KernelConfig;
  count: number;
  share: number;
}

function tally(
  kernels: readonly Kernel[],
  latencyMs: (kernel: Kernel) => number,
  types: Map<string, Map<string, Tally>>,
) {
  const costs = kernels.map(latencyMs);
  const total = costs.reduce((sum, cost) => sum + cost, 0);
  for (const [i, { type, config }] of kernels.entries()) {
    const tallies = getOrAdd(types, type, () => new Map<string, Tally>());
    const entry = getOrAdd(tallies, configKey(type, config), () => ({ config, count: 0, share: 0 }));
    entry.count++;
    entry.share += costs[i]! / total;
  }
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}

function summarise(type: string, tallies: Map<string, Tally>, architectures: number): TypeStatistics {
  const configs: ConfigStatistics[] = [...tallies.values()].sort((a, b) => b.share - a.share);
  const total = (field: "count" | "share") => configs.reduce((sum, config) => sum + config[field], 0);
  return { type, configs, count: total("count"), costShare: total("share") / architectures };
}

/**
 * Orders of magnitude of one x86 core (docs of the measured engines: conv 3×3 56×56 64→64 in 1.7 ms, depthwise 3×3
 * 56×56×128 in 0.76 ms): 100 GFLOP/s, 5 GB/s, 2 µs to start a kernel. Only proportions matter.
 */
const rooflineWeights = [0.002, 1 / 100e6, 1 / 5e6, 1 / 5e6] as const;

/** Cost in ms of a kernel by its FLOPs and bytes. */
export function rooflineMs({ type, config }: { readonly type: string; readonly config: KernelConfig }): number {
  const terms = rooflineTerms(type, [config]);
  return rooflineWeights.reduce((sum, weight, i) => sum + weight * terms[i]!, 0);
}
