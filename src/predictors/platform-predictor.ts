/**
 * All kernel predictors of one platform, composed: a model's latency is the sum over its kernels, then the model-level
 * correction. A kernel without a predictor is estimated by the platform's general roofline, named, and widens the interval.
 */
import { getOrCreate } from "../base/index.js";
import type { Kernel, KernelConfig } from "../kernels/index.js";
import { type Correction, type Corrector, createCorrector, sumMs } from "./correction.js";
import { type GeneralRoofline, generalLatencyMs } from "./general-roofline.js";
import type { DetectedModel, KernelPredictor, ModelPrediction, PredictedKernel, Unpredicted } from "./types.js";

export interface PlatformPredictor {
  /** Full platform id. */
  readonly platform: string;
  readonly kernels: ReadonlyMap<string, KernelPredictor>;
  readonly correction: Correction;
  readonly general: GeneralRoofline;
  predict(model: DetectedModel, level?: number): Promise<ModelPrediction>;
  /** Many models at once: every kernel type is evaluated once for all of them. In the order of the models. */
  predictAll(models: readonly DetectedModel[], level?: number): Promise<ModelPrediction[]>;
  release(): Promise<void>;
}

export interface PlatformPredictorParts {
  readonly platform: string;
  readonly kernels: ReadonlyMap<string, KernelPredictor>;
  readonly correction: Correction;
  readonly general: GeneralRoofline;
}

/** A kernel estimated by the general roofline may be off by this factor (ln 3), one out of range by ln 1.5. Choice. */
const unpredictedWidth = Math.log(3);
const outOfRangeWidth = Math.log(1.5);

export function createPlatformPredictor(parts: PlatformPredictorParts): PlatformPredictor {
  const cache = new Map<string, Map<string, number>>();
  const corrector = createCorrector(parts.correction);
  const predictAll = async (models: readonly DetectedModel[], level = 0.9) => {
    await fillCache(parts, cache, models);
    return models.map((model) => compose(parts, corrector, cache, model, level));
  };
  return {
    ...parts,
    predictAll,
    predict: async (model, level) => (await predictAll([model], level))[0]!,
    async release() {
      for (const predictor of parts.kernels.values()) await predictor.release();
    },
  };
}

/** Identity of a config inside one process: field order is the catalogue's, so joining the values is enough (and fast). */
function cacheKey(config: KernelConfig): string {
  let key = "";
  for (const name in config) key += `${config[name]},`;
  return key;
}

/** Distinct configs kept per kernel type before the cache starts over: some tens of megabytes. Choice. */
const cacheLimit = 200_000;

async function fillCache(
  parts: PlatformPredictorParts,
  cache: Map<string, Map<string, number>>,
  models: readonly DetectedModel[],
): Promise<void> {
  const wanted = new Map<string, Map<string, KernelConfig>>();
  for (const type of parts.kernels.keys()) {
    const known = cache.get(type);
    if (known === undefined || known.size > cacheLimit) cache.set(type, new Map());
  }
  for (const { kernels } of models)
    for (const { type, config } of kernels) {
      const known = cache.get(type);
      if (known === undefined) continue;
      const key = cacheKey(config);
      if (known.has(key)) continue;
      getOrCreate(wanted, type, () => new Map<string, KernelConfig>()).set(key, config);
    }
  for (const [type, configs] of wanted) {
    const latencies = await parts.kernels.get(type)!.predict([...configs.values()]);
    const known = cache.get(type)!;
    let i = 0;
    for (const key of configs.keys()) known.set(key, latencies[i++]!);
  }
}

function compose(
  parts: PlatformPredictorParts,
  corrector: Corrector,
  cache: Map<string, Map<string, number>>,
  model: DetectedModel,
  level: number,
): ModelPrediction {
  const unpredicted: Unpredicted[] = [...(model.unsupported ?? [])];
  const kernels: PredictedKernel[] = [];
  const doubt = { ms: 0, kernels: 0, flops: 0 };
  let flops = 0;
  for (const kernel of model.kernels) {
    const known = cache.get(kernel.type)?.get(cacheKey(kernel.config));
    const latencyMs = known ?? generalLatencyMs(parts.general, kernel.type, kernel.config);
    const reason = doubtOf(parts, kernel, known);
    if (reason !== undefined) {
      unpredicted.push({ node: kernel.nodes[0] ?? kernel.name, operator: kernel.type, reason });
      doubt.ms += latencyMs * (known === undefined ? unpredictedWidth : outOfRangeWidth);
      doubt.kernels++;
      doubt.flops += kernel.flops;
    }
    flops += kernel.flops;
    kernels.push({ name: kernel.name, type: kernel.type, config: kernel.config, latencyMs, nodes: kernel.nodes });
  }
  const sum = sumMs(kernels);
  const { factor, halfWidth } = sum > 0 ? corrector.correct(kernels, level) : { factor: 1, halfWidth: 0 };
  const latencyMs = sum * factor;
  const width = halfWidth + (sum > 0 ? doubt.ms / sum : 0);
  return {
    latencyMs,
    sumMs: sum,
    interval: { level, lowMs: latencyMs * Math.exp(-width), highMs: latencyMs * Math.exp(width) },
    coverage: {
      kernels: kernels.length === 0 ? 0 : 1 - doubt.kernels / kernels.length,
      flops: flops === 0 ? 1 : 1 - doubt.flops / flops,
    },
    unpredicted,
    kernels,
  };
}

function doubtOf(parts: PlatformPredictorParts, kernel: Kernel, known: number | undefined): string | undefined {
  const predictor = parts.kernels.get(kernel.type);
  if (predictor === undefined || known === undefined)
    return `no predictor for kernel type "${kernel.type}": estimated from its FLOPs and bytes`;
  return predictor.outOfRange(kernel.config);
}
