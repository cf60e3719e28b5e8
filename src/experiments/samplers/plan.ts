/** What the comparison of samplers draws, measures and trains. Pure. */
import { LitepredError } from "../../base/index.js";
import { type RecipeName, recipeNamed } from "../../predictors/index.js";
import { type SamplerName, samplerNamed } from "../../sampling/index.js";

export const comparedSamplers = [
  "vae-ordinal",
  "vae",
  "adaptive",
  "prior",
  "marginals",
  "random",
] as const satisfies readonly SamplerName[];
export const comparedTypes: readonly string[] = ["conv-bn-relu", "dwconv-bn-relu"];
/** Ours. */
export const championSampler = "vae-ordinal" satisfies SamplerName;
/** Drawn in rounds, between measurements. */
export const adaptiveSampler = "adaptive" satisfies SamplerName;

export interface SamplersOptions {
  /** Measurements that each predictor is trained on. */
  readonly count: number;
  readonly seeds: number;
  /** Test kernels of each type, at most. */
  readonly test: number;
  readonly types?: readonly string[] | undefined;
  readonly samplers?: readonly string[] | undefined;
  readonly recipes?: readonly string[] | undefined;
}

export interface SamplersPlan {
  readonly count: number;
  readonly test: number;
  readonly types: readonly string[];
  readonly samplers: readonly SamplerName[];
  /** Kernels of each sampler and type that are measured. */
  readonly poolSize: number;
  /** What is done with the kernels of each type. */
  readonly trainings: readonly Training[];
}

export interface Training {
  readonly sampler: SamplerName;
  readonly recipe: RecipeName;
  readonly seed: number;
}

/** Of the pool, to N. Choice. */
const poolShare = 1.5;

/** @throws LitepredError `bad-usage`, `unknown-name`. */
export function planSamplers({ count, seeds, test, ...options }: SamplersOptions): SamplersPlan {
  if (!(count >= 20) || !(seeds >= 1) || !(test >= 5))
    throw new LitepredError("bad-usage", "--count takes 20 or more, --seeds 1, --test 5", "for example --count 300");
  const samplers = (options.samplers ?? comparedSamplers).map(samplerNamed);
  const recipes = (options.recipes ?? ["default"]).map(recipeNamed);
  const trainings = samplers.flatMap((sampler) =>
    recipes.flatMap((recipe) => Array.from({ length: seeds }, (_, i) => ({ sampler, recipe, seed: i + 1 }))),
  );
  const poolSize = Math.ceil(poolShare * count);
  return { count, test, types: options.types ?? comparedTypes, samplers, poolSize, trainings };
}
