/**
 * All kernel predictors of one platform, composed: a model's latency is the sum over its kernels, then the model-level
 * correction. A kernel without a predictor is estimated by the platform's general roofline, named, and widens the interval.
 */
import { type Correction, type Corrector, createCorrector, sumMs } from "./correction.js";
import type { GeneralRoofline } from "./general-roofline.js";
import { createKnownKernels, type KnownKernel } from "./known-kernels.js";
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

export function createPlatformPredictor(parts: PlatformPredictorParts): PlatformPredictor {
  const knownKernels = createKnownKernels(parts.kernels, parts.general);
  const corrector = createCorrector(parts.correction);
  const predictAll = async (models: readonly DetectedModel[], level = 0.9) => {
    const known = await knownKernels(models);
    return models.map((model, i) => compose(model, known[i]!, corrector, level));
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

function compose(
  model: DetectedModel,
  known: readonly KnownKernel[],
  corrector: Corrector,
  level: number,
): ModelPrediction {
  const unpredicted: Unpredicted[] = [...(model.unsupported ?? [])];
  const kernels: PredictedKernel[] = [];
  const doubt = { ms: 0, kernels: 0, flops: 0 };
  let flops = 0;
  model.kernels.forEach(({ name, type, config, nodes, flops: ownFlops }, i) => {
    const { latencyMs, doubt: own } = known[i]!;
    if (own !== undefined) {
      unpredicted.push({ node: nodes[0] ?? name, operator: type, reason: own.reason });
      doubt.ms += latencyMs * own.width;
      doubt.kernels++;
      doubt.flops += ownFlops;
    }
    flops += ownFlops;
    kernels.push({ name, type, config, latencyMs, nodes });
  });
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
