/** Which samplers draw from which configs, how often. Pure. */
import type { SamplerName } from "../../sampling/index.js";

/** `real` draws seen configs by their weight: what a sampler without any error would give. */
export const distributionSamplers = [
  "real",
  "vae-ordinal",
  "vae",
  "prior",
  "marginals",
  "adaptive",
  "random",
] as const satisfies readonly ("real" | SamplerName)[];

/** Configs that each run draws: as in the published notebook. */
export const drawnCount = 3000;

export interface DistributionOptions {
  /** Default `distributionSamplers`. */
  readonly samplers?: readonly string[] | undefined;
  readonly seeds: number;
  /** Seeds for types other than convolutions. */
  readonly otherSeeds: number;
}

export interface DistributionPlan<Halves> {
  readonly half: Halves;
  readonly sampler: string;
  readonly seed: number;
}

/** Every sampler on every set of configs, with each seed. */
export function planDistribution<Halves extends { readonly type: string }>(
  halves: readonly Halves[],
  { samplers = distributionSamplers, seeds, otherSeeds }: DistributionOptions,
): DistributionPlan<Halves>[] {
  return halves.flatMap((half) => {
    const many = half.type.includes("conv") ? seeds : otherSeeds;
    return samplers.flatMap((sampler) => Array.from({ length: many }, (_, i) => ({ half, sampler, seed: i + 1 })));
  });
}
