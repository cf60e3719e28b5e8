/**
 * Which kernel configs to measure. In: a kernel type, a count, a seed and statistics of the spaces. Out: distinct valid
 * configs with a report of duplicates and projections. Samplers are listed here alone and loaded on first use.
 * Also which networks: drawn, named, built again. May import measurements, spaces, kernels, graph, learning, runtime, base.
 */
import { unknownName } from "../base/index.js";
import type { Sampler } from "./sampler.js";

export { type Candidates, importedCandidates, networksPerSpace, spaceCandidates } from "./candidates.js";
export * from "./distribution.js";
export { edgeConfigs } from "./edges.js";
export * from "./named-networks.js";
export { sizeFields } from "./neighbour.js";
export { type NetworkCandidate, planNetworks } from "./networks.js";
export * from "./plan.js";
export type * from "./sampler.js";
export { collectStatistics, rooflineMs, type StatisticsRequest, usualPerSpace } from "./statistics.js";
export { batchConfigs, rareTypes, typicalConfigs } from "./typical.js";
export { trainConfigVae, type VaeVariant } from "./vae/config-vae.js";
export { observedWeight } from "./vae.js";
export { cumulated, indexAt } from "./weights.js";

const samplers = {
  coverage: () => import("./coverage.js"),
  prior: () => import("./prior.js"),
  vae: async () => ({ default: (await import("./vae.js")).published }),
  "vae-ordinal": async () => ({ default: (await import("./vae.js")).ordinal }),
  adaptive: () => import("./adaptive.js"),
  marginals: () => import("./marginals.js"),
  designed: () => import("./designed.js"),
  random: () => import("./random.js"),
} as const satisfies Record<string, () => Promise<{ default: Sampler }>>;

export type SamplerName = keyof typeof samplers;
export const samplerNames = Object.keys(samplers) as readonly SamplerName[];

/** @throws LitepredError `unknown-name`. */
export function samplerNamed(name: string): SamplerName {
  if (Object.hasOwn(samplers, name)) return name as SamplerName;
  throw unknownName("sampler", name, samplerNames);
}

/** @throws LitepredError `unknown-name`. */
export async function loadSampler(name: string): Promise<Sampler> {
  return (await samplers[samplerNamed(name)]()).default;
}
