/** Configs of one sampler, from the half that it sees. */
import { createRandom, type Random } from "../../base/index.js";
import type { KernelConfig } from "../../kernels/index.js";
import {
  cumulated,
  indexAt,
  loadSampler,
  type TypeStatistics,
  trainConfigVae,
  type VaeVariant,
} from "../../sampling/index.js";
import type { Halves } from "./halves.js";
import { drawnCount } from "./plan.js";

/** Drawn as trained, duplicates included. */
const vaes: Readonly<Record<string, VaeVariant | undefined>> = { vae: "published", "vae-ordinal": "ordinal" };

export async function drawConfigs(
  half: Halves,
  sampler: string,
  seed: number,
  signal?: AbortSignal,
): Promise<readonly KernelConfig[]> {
  const { type, seen } = half;
  if (sampler === "real") return drawReal(half, createRandom(`${seed}/real`));
  const variant = vaes[sampler];
  if (variant !== undefined) return drawByVae(half, variant, seed, signal);
  const statistics: TypeStatistics = { type, configs: seen, count: seen.length, costShare: 1 };
  return (await (await loadSampler(sampler)).sample({ type, count: drawnCount, seed, statistics, signal })).configs;
}

async function drawByVae(
  { seen, form, weightOf }: Halves,
  variant: VaeVariant,
  seed: number,
  signal: AbortSignal | undefined,
): Promise<readonly KernelConfig[]> {
  const configs = seen.map(({ config }) => form.encode(config));
  const observations = { configs, weights: seen.map(weightOf), sizes: form.sizes };
  const vae = await trainConfigVae(observations, variant, { seed, signal });
  const raw = await vae.draw(drawnCount);
  await vae.release();
  return raw.map(form.decode);
}

function drawReal({ seen, weightOf }: Halves, random: Random): readonly KernelConfig[] {
  const sums = cumulated(seen.map(weightOf));
  return Array.from({ length: drawnCount }, () => seen[indexAt(sums, random.next())]!.config);
}
