/**
 * VAE sampling (LitePred): a variational autoencoder learns the joint distribution of the spaces' kernel configs, weighted
 * by their scaled frequency; latent vectors are decoded and projected until enough distinct configs exist.
 */
import { createRandom } from "../base/index.js";
import { projectConfig } from "../kernels/index.js";
import { createCollector, requireStatistics } from "./draw.js";
import { neighbour, sizeFields } from "./neighbour.js";
import { samplePrior } from "./prior.js";
import type { ConfigStatistics, Sampler, SamplingRequest, SamplingResult, TypeStatistics } from "./sampler.js";
import { type Observations, varying } from "./vae/codec.js";
import { type ConfigVaeOptions, trainConfigVae, type VaeVariant } from "./vae/config-vae.js";
import { tempered } from "./weights.js";

type Training = ConfigVaeOptions["training"];

/** Distinct configs below which there is no distribution to learn. Choice. */
const fewest = 50;
/** Configs decoded at a time. */
const batch = 1024;
/** Share of new configs in a batch below which the sizes seen are used up: from then on draws are moved to neighbours. */
const exhausted = 0.05;

export const observedWeight = ({ share }: ConfigStatistics): number => tempered(share);

export function observationsOf({ type, configs }: TypeStatistics): Observations {
  return {
    configs: configs.map(({ config }) => config),
    weights: configs.map(observedWeight),
    sizes: sizeFields(type),
  };
}

async function sampleVae(request: SamplingRequest, variant: VaeVariant, training?: Training): Promise<SamplingResult> {
  const observations = observationsOf(requireStatistics(request));
  if (observations.configs.length < fewest || varying(observations).length === 0) {
    const { configs, report } = samplePrior(request);
    const fallback = `only ${observations.configs.length} distinct ${request.type} configs: drawn by the prior`;
    return { configs, report: { ...report, fallback } };
  }
  const { seed, backend, signal } = request;
  const vae = await trainConfigVae(observations, variant, { seed, backend, signal, training });
  try {
    const collector = createCollector(request);
    const random = createRandom(`${seed}/moved`);
    let moved = false;
    while (collector.wants()) {
      const before = collector.size();
      for (const raw of await vae.draw(batch))
        if (moved) collector.offer(neighbour(request.type, projectConfig(request.type, raw), random), true);
        else collector.offer(raw);
      moved ||= collector.size() - before < exhausted * batch;
    }
    return collector.result();
  } finally {
    await vae.release();
  }
}

const described: Readonly<Record<VaeVariant, Pick<Sampler, "name" | "summary">>> = {
  published: {
    name: "vae",
    summary: "the published VAE: one scaled column for each field, latent 128, Gaussian vectors decoded",
  },
  ordinal: {
    name: "vae-ordinal",
    summary: "our VAE: sizes as ordinal answers, the rest as one class, latent 8, aggregated posterior",
  },
};

/** @param training in place of parts of the variant's recipe */
export const createVaeSampler = (variant: VaeVariant, training?: Training): Sampler => ({
  ...described[variant],
  sample: (request) => sampleVae(request, variant, training),
});

export const published = createVaeSampler("published");
export const ordinal = createVaeSampler("ordinal");
