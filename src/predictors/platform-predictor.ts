/**
 * All kernel predictors of one platform, composed: a model's latency is the sum over its kernels, then the model-level
 * correction. A kernel without a predictor is estimated by the platform's general roofline, named, and widens the interval.
 */
import { usualLevel } from "../base/index.js";
import type { Graph } from "../graph/index.js";
import { type Detection, detectKernels, type FusionRules } from "../kernels/index.js";
import { type Correction, type Corrector, createCorrector } from "./correction.js";
import { intervalAround, noDoubt, requireFinite, totalOf } from "./doubt.js";
import { copyMs, type GeneralRoofline } from "./general-roofline.js";
import { addKernel, createKnownKernels, type KnownKernel } from "./known-kernels.js";
import { sumMs } from "./share-table.js";
import { cacheUse, mostInCache, staysInCache } from "./small-models.js";
import type { DetectedModel, KernelPredictor, ModelPrediction, PredictedKernel, Unpredicted } from "./types.js";

export interface PlatformPredictorParts {
  /** Full platform id. */
  readonly platform: string;
  /** Which kernels its engine runs a graph as. */
  readonly rules: FusionRules;
  readonly kernels: ReadonlyMap<string, KernelPredictor>;
  readonly correction: Correction;
  readonly general: GeneralRoofline;
  /** What a call costs whatever the model is, milliseconds. */
  readonly callMs: number;
}

/** A model as read, or its kernels where they are at hand. */
export type Predictable = Graph | DetectedModel;

export interface PlatformPredictor extends PlatformPredictorParts {
  /** The kernels that the platform's engine runs a graph as. */
  detect(graph: Graph): Detection;
  /** @param level of the interval, 0–1; default 0.9 */
  predict(model: Predictable, level?: number): Promise<ModelPrediction>;
  /** Many models at once: every kernel type is evaluated once for all of them. In the order of the models. */
  predictAll(models: readonly Predictable[], level?: number): Promise<ModelPrediction[]>;
  release(): Promise<void>;
}

export function createPlatformPredictor(parts: PlatformPredictorParts): PlatformPredictor {
  const knownKernels = createKnownKernels(parts.kernels, parts.general);
  const correct = createCorrector(parts.correction);
  const detect = (graph: Graph) => detectKernels(graph, parts.rules);
  const predictAll = async (models: readonly Predictable[], level = usualLevel) => {
    const detected = models.map((model) => ("kernels" in model ? model : detect(model)));
    const known = await knownKernels(detected);
    return detected.map((model, i) => compose(model, known[i]!, correct, parts, level));
  };
  return {
    ...parts,
    detect,
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
  { platform, callMs, general, correction }: PlatformPredictorParts,
  level: number,
): ModelPrediction {
  const unpredicted: Unpredicted[] = [...(model.unsupported ?? [])];
  const kernels: PredictedKernel[] = [];
  const doubt = { ...noDoubt(), kernels: 0, flops: 0 };
  const most = staysInCache(cacheUse(model)) ? mostInCache(model, general) : undefined;
  let flops = 0;
  model.kernels.forEach(({ name, type, config, nodes, flops: ownFlops }, i) => {
    const own = known[i]!;
    const latencyMs = Math.min(own.latencyMs, most?.[i] ?? Number.POSITIVE_INFINITY);
    addKernel(doubt, own, latencyMs, type in correction.types);
    if (own.reason !== undefined) {
      unpredicted.push({ node: nodes[0] ?? name, operator: type, reason: own.reason });
      doubt.kernels++;
      doubt.flops += ownFlops;
    }
    flops += ownFlops;
    kernels.push({ name, type, config, latencyMs, nodes });
  });
  const sum = sumMs(kernels);
  const { factor, halfWidth } = sum > 0 ? corrector.correct(kernels, level) : { factor: 1, halfWidth: 0 };
  const total = totalOf(sum, factor, callMs + copyMs(general, model.copiedElements ?? 0));
  const interval = { level, ...intervalAround(total, halfWidth, doubt) };
  requireFinite(platform, "a model", total.latencyMs, interval.lowMs, interval.highMs);
  return {
    ...total,
    factor,
    interval,
    coverage: {
      kernels: kernels.length === 0 ? 0 : 1 - doubt.kernels / kernels.length,
      flops: flops === 0 ? 1 : 1 - doubt.flops / flops,
    },
    unpredicted,
    kernels,
  };
}
