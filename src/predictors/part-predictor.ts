/**
 * The latency of very many models that share their parts, as a search meets them: each part's kernels are predicted and summed once,
 * a model is the sum of its parts. The same number as `predict` gives for the whole graph, without the list of kernels.
 */
import type { Detection } from "../kernels/index.js";
import { type Correction, createCorrector, type Shares } from "./correction.js";
import { createKnownKernels, type KnownKernel } from "./known-kernels.js";
import type { PlatformPredictorParts } from "./platform-predictor.js";

export interface PartsPrediction {
  readonly latencyMs: number;
  /** NaN where no interval was asked for. */
  readonly lowMs: number;
  readonly highMs: number;
  readonly flops: number;
  readonly params: number;
}

/** A model as its parts; the same part is the same object. */
export type ModelParts = readonly Detection[];

/** In the order of the models. @param level of the interval; undefined: none is wanted */
export type PartsPredictor = (models: readonly ModelParts[], level?: number) => Promise<PartsPrediction[]>;

interface PartSum {
  /** Milliseconds by kernel type, before the correction. */
  readonly byType: ReadonlyMap<string, number>;
  readonly sumMs: number;
  /** Milliseconds in doubt, each times how far it may be off in ln units. */
  readonly doubtMs: number;
  readonly flops: number;
  readonly params: number;
}

/** @param refit on what the platform's own correction leaves over: ln(measured ÷ corrected) of networks measured since */
export function createPartsPredictor(parts: PlatformPredictorParts, refit?: Correction): PartsPredictor {
  const knownKernels = createKnownKernels(parts.kernels, parts.general);
  const correct = combinedCorrection(parts.correction, refit);
  const known = new WeakMap<Detection, PartSum>();
  const learn = async (models: readonly ModelParts[]) => {
    const missing = [...new Set(models.flatMap((model) => model.filter((part) => !known.has(part))))];
    if (missing.length === 0) return;
    const found = await knownKernels(missing);
    for (const [i, part] of missing.entries()) known.set(part, sumOfPart(part, found[i]!));
  };
  return async (models, level) => {
    await learn(models);
    const sums = models.map((model) => sumOfParts(model.map((part) => known.get(part)!)));
    const corrected = correct(
      sums.map(({ byType, sumMs }) => sharesOf(byType, sumMs)),
      level,
    );
    return sums.map(({ sumMs, doubtMs, flops, params }, i) => {
      const { factor, halfWidth } = corrected[i]!;
      const latencyMs = sumMs * factor + parts.callMs;
      const width = halfWidth + doubtMs / sumMs;
      return { latencyMs, lowMs: latencyMs * Math.exp(-width), highMs: latencyMs * Math.exp(width), flops, params };
    });
  };
}

/** The refit sees what the platform's correction made of the sums; the wider of the two intervals stands. */
function combinedCorrection(correction: Correction, refit: Correction | undefined) {
  const first = createCorrector(correction);
  if (refit === undefined || refit.models === 0) return first.correctAll;
  const second = createCorrector(refit);
  return (models: readonly Shares[], level: number | undefined) => {
    const own = first.correctAll(models, level);
    const scaled = models.map(({ byType, logSum }, i) => ({ byType, logSum: logSum + Math.log(own[i]!.factor) }));
    return second.correctAll(scaled, level).map(({ factor, halfWidth }, i) => ({
      factor: factor * own[i]!.factor,
      halfWidth: Math.max(halfWidth, own[i]!.halfWidth),
    }));
  };
}

function sumOfPart({ kernels }: Detection, known: readonly KnownKernel[]): PartSum {
  const byType = new Map<string, number>();
  let [doubtMs, flops, params, sumMs] = [0, 0, 0, 0];
  for (const [i, kernel] of kernels.entries()) {
    const { latencyMs, doubt } = known[i]!;
    byType.set(kernel.type, (byType.get(kernel.type) ?? 0) + latencyMs);
    sumMs += latencyMs;
    doubtMs += doubt === undefined ? 0 : latencyMs * doubt.width;
    flops += kernel.flops;
    params += kernel.params;
  }
  return { byType, sumMs, doubtMs, flops, params };
}

function sumOfParts(parts: readonly PartSum[]): PartSum {
  if (parts.length === 1) return parts[0]!;
  const byType = new Map<string, number>();
  let [doubtMs, flops, params, sumMs] = [0, 0, 0, 0];
  for (const part of parts) {
    for (const [type, ms] of part.byType) byType.set(type, (byType.get(type) ?? 0) + ms);
    sumMs += part.sumMs;
    doubtMs += part.doubtMs;
    flops += part.flops;
    params += part.params;
  }
  return { byType, sumMs, doubtMs, flops, params };
}

function sharesOf(byType: ReadonlyMap<string, number>, sumMs: number): Shares {
  const shares = new Map<string, number>();
  for (const [type, ms] of byType) shares.set(type, ms / sumMs);
  return { byType: shares, logSum: Math.log(sumMs) };
}
