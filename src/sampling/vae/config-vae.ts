/** A VAE over kernel configs: trained on what the spaces show, weighted by scaled frequency; then a source of new configs. */
import { type ComputeBackend, createRandom, type Random } from "../../base/index.js";
import type { LooseConfig } from "../../kernels/index.js";
import { type Matrix, trainVae, type Vae, type VaeOptions } from "../../learning/index.js";
import { onnxRuntime } from "../../runtime/index.js";
import { cumulated, indexAt } from "../weights.js";
import type { ConfigCodec, Observations } from "./codec.js";
import { ordinalCodec } from "./ordinal-codec.js";
import { scaledCodec } from "./scaled-codec.js";

export type VaeVariant = "published" | "ordinal";

export interface ConfigVae {
  /** Raw configs decoded from `count` latent vectors, not yet projected. */
  draw(count: number): Promise<LooseConfig[]>;
  release(): Promise<void>;
}

export interface ConfigVaeOptions {
  readonly seed: number;
  readonly backend?: ComputeBackend;
  readonly signal?: AbortSignal | undefined;
  /** Overrides of the variant's training, e.g. fewer epochs. */
  readonly training?: Partial<Omit<VaeOptions, "seed">>;
  onProgress?: VaeOptions["onProgress"];
}

interface Recipe {
  codec(observations: Observations): ConfigCodec;
  readonly training: Omit<VaeOptions, "seed">;
  /** Where latent vectors come from: N(0, 1), or the encoder's distribution of a training config drawn by weight. */
  readonly latent: "normal" | "posterior";
}

/** Half a cosine from `start` to a hundredth of it. */
function annealed(start: number, epochs: number): (epoch: number) => number {
  return (epoch) => start * (0.01 + 0.99 * 0.5 * (1 + Math.cos((Math.PI * epoch) / epochs)));
}

const recipes: Readonly<Record<VaeVariant, Recipe>> = {
  // 5 layers of 256, latent 128, as published. Differs: fixed β, batch 64 and an annealed rate, which on its own data come
  // closer to the unseen half (KL(test‖VAE) 0.07 instead of 0.4) in fewer steps than batch 16 with the published β schedule.
  published: {
    codec: scaledCodec,
    training: { batch: 64, samplesPerEpoch: 12_800, epochs: 25, learningRate: annealed(1e-3, 25), beta: 0.003 },
    latent: "normal",
  },
  // Differs: four layers of 128, latent 8, cross-entropy on yes/no columns: with β = 1 the loss is the exact variational
  // bound. Latents from the aggregated posterior (Ghosh et al., ICLR 2020): what lies between the clusters of a search
  // space has no probability there, but has under N(0, 1).
  ordinal: {
    codec: ordinalCodec,
    training: {
      layers: 4,
      hidden: 128,
      latent: 8,
      reconstruction: "bernoulli",
      batch: 128,
      samplesPerEpoch: 12_800,
      epochs: 15,
      learningRate: annealed(3e-3, 15),
      beta: (epoch) => Math.min(1, 0.2 + 0.1 * epoch),
    },
    latent: "posterior",
  },
};

export async function trainConfigVae(
  observations: Observations,
  variant: VaeVariant,
  options: ConfigVaeOptions,
): Promise<ConfigVae> {
  const { seed, backend = onnxRuntime, signal, onProgress } = options;
  const { codec: createCodec, training, latent } = recipes[variant];
  const codec = createCodec(observations);
  const rows = codec.encode(observations.configs);
  const vae = await trainVae(backend, rows, observations.weights, {
    ...training,
    ...options.training,
    seed,
    signal,
    onProgress,
  });
  const random = createRandom(`${seed}/draw`);
  const drawLatent = latent === "normal" ? normalLatents(vae) : posteriorLatents(await vae.encode(rows), observations);
  return {
    draw: async (count) => codec.decode(await vae.decode(drawLatent(count, random)), random),
    release: () => vae.release(),
  };
}

type LatentSource = (count: number, random: Random) => Matrix;

const normalLatents =
  ({ latent }: Vae): LatentSource =>
  (rows, random) => ({
    rows,
    columns: latent,
    values: Float32Array.from({ length: rows * latent }, () => random.normal()),
  });

/** z ~ q(z | x) for x drawn by weight, spread evenly over the cumulated weights to keep the noise of the draw low. */
function posteriorLatents(
  { mean, deviation }: { readonly mean: Matrix; readonly deviation: Matrix },
  { weights }: Observations,
): LatentSource {
  const sums = cumulated(weights);
  return (rows, random) => {
    const values = new Float32Array(rows * mean.columns);
    for (let row = 0; row < rows; row++) {
      const from = indexAt(sums, (row + random.next()) / rows) * mean.columns;
      for (let j = 0; j < mean.columns; j++)
        values[row * mean.columns + j] = mean.values[from + j]! + deviation.values[from + j]! * random.normal();
    }
    return { rows, columns: mean.columns, values };
  };
}
