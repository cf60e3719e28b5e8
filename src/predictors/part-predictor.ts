/**
 * The latency of very many models that share their parts, as a search meets them: each part's kernels are predicted and summed once,
 * a model is the sum of its parts. The same number as `predict` gives for the whole graph, without the list of kernels.
 */

import type { Detection } from "../kernels/index.js";
import { type Correction, type Corrector, createCorrector } from "./correction.js";
import { addDoubts, type Doubt, intervalAround, noDoubt, requireFinite, totalOf } from "./doubt.js";
import { copyMs } from "./general-roofline.js";
import { addKernel, createKnownKernels, type KnownKernel } from "./known-kernels.js";
import type { PlatformPredictorParts } from "./platform-predictor.js";
import type { ShareTable } from "./share-table.js";
import { addUse, type CacheUse, cacheUse, mostInCache, noUse, staysInCache } from "./small-models.js";
import { type MemoryUse, memoryUse } from "./weights-in-cache.js";

export interface PartsPrediction {
  readonly latencyMs: number;
  /** NaN where no interval was asked for. */
  readonly lowMs: number;
  readonly highMs: number;
  readonly flops: number;
  /** Of these, in kernels that count as not covered. */
  readonly uncoveredFlops: number;
  readonly params: number;
}

/** A model as its parts; the same part is the same object. */
export type ModelParts = readonly Detection[];

/** In the order of the models. @param level of the interval; undefined: none is wanted */
export type PartsPredictor = (models: readonly ModelParts[], level?: number) => Promise<PartsPrediction[]>;

interface Times {
  /** Kernel types as numbered by the predictor, and the milliseconds in each before the correction. */
  readonly types: readonly number[];
  readonly ms: readonly number[];
  readonly doubt: Doubt;
  readonly memory: MemoryUse;
}

interface PartSum {
  readonly cold: Times;
  /** In a model that stays in the cache. */
  readonly inCache: Times;
  readonly use: CacheUse;
  readonly flops: number;
  readonly uncoveredFlops: number;
  readonly params: number;
  readonly copiedElements: number;
}

/** @param refit on what the platform's own correction leaves over: ln(measured ÷ corrected) of networks measured since */
export function createPartsPredictor(parts: PlatformPredictorParts, refit?: Correction): PartsPredictor {
  const knownKernels = createKnownKernels(parts.kernels, parts.general);
  const correct = combinedCorrection(parts.correction, refit);
  const known = new WeakMap<Detection, PartSum>();
  const types: string[] = [];
  const learn = async (models: readonly ModelParts[]) => {
    const missing = [...new Set(models.flatMap((model) => model.filter((part) => !known.has(part))))];
    if (missing.length === 0) return;
    const found = await knownKernels(missing);
    for (const [i, part] of missing.entries()) known.set(part, sumOfPart(part, found[i]!, types, parts));
  };
  return async (models, level) => {
    await learn(models);
    const { table, totals } = sumModels(models, known, types);
    const corrected = correct(table, level);
    return totals.map(({ sumMs, doubt, flops, uncoveredFlops, params, copiedElements }, i) => {
      const { factor, halfWidth } = corrected[i]!;
      const total = totalOf(sumMs, factor, parts.callMs + copyMs(parts.general, copiedElements));
      requireFinite(parts.platform, "a network", total.latencyMs);
      return { latencyMs: total.latencyMs, ...intervalAround(total, halfWidth, doubt), flops, uncoveredFlops, params };
    });
  };
}

/** The refit sees what the platform's correction made of the sums; the wider of the two intervals stands. */
function combinedCorrection(correction: Correction, refit: Correction | undefined): Corrector["correctAll"] {
  const first = createCorrector(correction);
  if (refit === undefined || refit.models === 0) return first.correctAll;
  const second = createCorrector(refit);
  return (table, level) => {
    const own = first.correctAll(table, level);
    const logSums = table.logSums.map((logSum, i) => logSum + Math.log(own[i]!.factor));
    return second.correctAll({ ...table, logSums }, level).map(({ factor, halfWidth }, i) => ({
      factor: factor * own[i]!.factor,
      halfWidth: Math.max(halfWidth, own[i]!.halfWidth),
    }));
  };
}

/** @param types grows by those that the part is the first to have */
function sumOfPart(
  part: Detection,
  known: readonly KnownKernel[],
  types: string[],
  { correction, general }: Pick<PlatformPredictorParts, "correction" | "general">,
): PartSum {
  const use = cacheUse(part);
  const timesOf = (most?: readonly number[]) => timesOfPart(part, known, types, correction, most);
  const cold = timesOf();
  let [flops, uncoveredFlops, params] = [0, 0, 0];
  for (const [i, kernel] of part.kernels.entries()) {
    flops += kernel.flops;
    if (known[i]!.reason !== undefined) uncoveredFlops += kernel.flops;
    params += kernel.params;
  }
  const inCache = staysInCache(use) ? timesOf(mostInCache(part, general)) : cold;
  return { cold, inCache, use, flops, uncoveredFlops, params, copiedElements: part.copiedElements ?? 0 };
}

/** @param most that each kernel can take */
function timesOfPart(
  { kernels }: Detection,
  known: readonly KnownKernel[],
  types: string[],
  correction: Correction,
  most?: readonly number[],
): Times {
  const byType = new Map<number, number>();
  const doubt = noDoubt();
  const latencies = known.map(({ latencyMs }, i) => Math.min(latencyMs, most?.[i] ?? Number.POSITIVE_INFINITY));
  for (const [i, kernel] of kernels.entries()) {
    const latencyMs = latencies[i]!;
    if (!types.includes(kernel.type)) types.push(kernel.type);
    const type = types.indexOf(kernel.type);
    byType.set(type, (byType.get(type) ?? 0) + latencyMs);
    addKernel(doubt, known[i]!, latencyMs, kernel.type in correction.types);
  }
  const timed = kernels.map(({ type, config }, i) => ({ type, config, latencyMs: latencies[i]! }));
  const memory = memoryUse(timed, correction.weights?.msPerByte);
  return { types: [...byType.keys()], ms: [...byType.values()], doubt, memory };
}

interface Totals {
  sumMs: number;
  doubt: Doubt;
  weightsMs: number;
  weightBytes: number;
  flops: number;
  uncoveredFlops: number;
  params: number;
  copiedElements: number;
}

function sumModels(
  models: readonly ModelParts[],
  known: WeakMap<Detection, PartSum>,
  types: readonly string[],
): { table: ShareTable; totals: Totals[] } {
  const width = types.length;
  const shares = new Float64Array(models.length * width);
  const totals = models.map((model, i) => {
    const ofModel = shares.subarray(i * width, (i + 1) * width);
    const total = noTotals();
    const sums = model.map((part) => known.get(part)!);
    const use = noUse();
    for (const part of sums) addUse(use, part.use);
    const isSmall = staysInCache(use);
    for (const part of sums) addPart(part, isSmall ? part.inCache : part.cold, ofModel, total);
    for (let t = 0; t < width; t++) ofModel[t]! /= total.sumMs;
    return total;
  });
  return {
    table: {
      types: [...types],
      shares,
      logSums: Float64Array.from(totals, ({ sumMs }) => Math.log(sumMs)),
      memory: totals,
    },
    totals,
  };
}

const noTotals = (): Totals => ({
  ...{ sumMs: 0, doubt: noDoubt(), weightsMs: 0, weightBytes: 0 },
  ...{ flops: 0, uncoveredFlops: 0, params: 0, copiedElements: 0 },
});

function addPart(part: PartSum, times: Times, byType: Float64Array, total: Totals): void {
  for (let j = 0; j < times.types.length; j++) {
    byType[times.types[j]!]! += times.ms[j]!;
    total.sumMs += times.ms[j]!;
  }
  addDoubts(total.doubt, times.doubt);
  total.weightsMs += times.memory.weightsMs;
  total.weightBytes += times.memory.weightBytes;
  total.flops += part.flops;
  total.uncoveredFlops += part.uncoveredFlops;
  total.params += part.params;
  total.copiedElements += part.copiedElements;
}
