/**
 * Every distinct kernel config is predicted once and kept: models of one search space share nearly all of theirs. A kernel
 * without a predictor is estimated by the platform's general roofline.
 */
import { getOrCreate } from "../base/index.js";
import { isFallbackType, isKernelTypeName, type Kernel } from "../kernels/index.js";
import { type ConfigMap, createConfigMap } from "./config-map.js";
import { addChance, addDoubt, type Doubt } from "./doubt.js";
import { doubtOf, hasFormula } from "./effort.js";
import { type GeneralRoofline, generalLatencyMs, mostSmallMs } from "./general-roofline.js";
import type { DetectedModel, KernelPredictor } from "./types.js";

export interface KnownKernel {
  readonly latencyMs: number;
  /** Why it counts as not covered; undefined where it is. */
  readonly reason?: string | undefined;
  /** How far it may be off for that, ln units. */
  readonly width: number;
  /** The same for the errors of its type's predictor on kernels that it had not seen. */
  readonly predictorWidth: number;
}

/**
 * How far a kernel may be off, of which `latencyMs` is made (less than what is known of it where its model stays in the cache), added to
 * a model's doubt. Types that the correction's networks had are off by chance, each kernel by itself; others all in one direction.
 */
export function addKernel(doubt: Doubt, known: KnownKernel, latencyMs: number, inCorrection: boolean): void {
  const isCapped = latencyMs < known.latencyMs;
  if (inCorrection && known.reason === undefined && !isCapped) {
    addChance(doubt, latencyMs, known.predictorWidth);
    return;
  }
  const width = Math.hypot(known.width, known.predictorWidth);
  addDoubt(doubt, latencyMs, Math.min(isCapped ? Math.max(width, smallWidth) : width, mostWidth));
}

/** One out of range may be off by this factor. Choice. */
const outOfRangeWidth = Math.log(1.5);
/** One smaller than all that was measured. Choice. */
const smallWidth = Math.log(2);
/** 90 % of errors lie within about so many mean ones. */
const errorsPerMean = 2;
/**
 * Of kernels like those measured. Odd files have others, within the ranges all the same: of 26 that count as covered whole (single operators and
 * blocks, a Xeon) ten lay outside intervals by the former, six outside twice as wide ones (ln). Models of many kernels hardly notice.
 */
const otherKinds = 2;
/**
 * Mean error from which a predictor is weak where a formula was set on its type: made of a few configs, or on a machine that was busy. Choice.
 * Of types without a formula of their own, bytes and FLOPs say less than the weakest predictor: transposes and pools came out at half to a
 * twentieth of their time (Xeon, FP32 and INT8).
 */
const weakMape = 0.3;
/** Where a formula was set on more than the predictor, this is how far the predictor counts as off: three tenths of the two are its. Choice. */
const leaningWidth = Math.log(4);
/** No kernel is in more doubt than one of which the bytes alone are known. */
const mostWidth = Math.log(10);
/** A predictor's own errors say nothing beyond this: work that is known is within it. */
const mostPredictorWidth = Math.log(2.5);

/** Distinct configs kept per kernel type before the cache starts over: some tens of megabytes. Choice. */
const cacheLimit = 200_000;

/** For each model its kernels, in order. Each type is evaluated once for all models. */
export type KnownKernels = (models: readonly DetectedModel[]) => Promise<KnownKernel[][]>;

export function createKnownKernels(
  predictors: ReadonlyMap<string, KernelPredictor>,
  general: GeneralRoofline,
): KnownKernels {
  const cache = new Map<string, ConfigMap<KnownKernel>>();
  return async (models) => {
    for (const [type, known] of cache) if (known.size() > cacheLimit) cache.delete(type);
    const answers = models.map(({ kernels }) => new Array<KnownKernel>(kernels.length));
    const wanted = new Map<string, ConfigMap<Wanted>>();
    models.forEach(({ kernels }, m) => {
      for (let i = 0; i < kernels.length; i++) {
        const kernel = kernels[i]!;
        const known = cache.get(kernel.type)?.get(kernel.config);
        if (known !== undefined) answers[m]![i] = known;
        else wantedOf(wanted, kernel).places.push([answers[m]!, i]);
      }
    });
    for (const [type, entries] of wanted) {
      const found = await predictKernels(predictors.get(type), entries, general);
      const known = getOrCreate(cache, type, () => createConfigMap<KnownKernel>());
      entries.entries().forEach(([config, { places }], i) => {
        known.set(config, found[i]!);
        for (const [answer, index] of places) answer[index] = found[i]!;
      });
    }
    return answers;
  };
}

/** A kernel, and where in the answers the prediction of its config belongs. */
interface Wanted {
  readonly kernel: Kernel;
  readonly places: [answer: KnownKernel[], index: number][];
}

function wantedOf(wanted: Map<string, ConfigMap<Wanted>>, kernel: Kernel): Wanted {
  const ofType = getOrCreate(wanted, kernel.type, () => createConfigMap<Wanted>());
  let entry = ofType.get(kernel.config);
  if (entry === undefined) {
    entry = { kernel, places: [] };
    ofType.set(kernel.config, entry);
  }
  return entry;
}

async function predictKernels(
  predictor: KernelPredictor | undefined,
  wanted: ConfigMap<Wanted>,
  general: GeneralRoofline,
): Promise<KnownKernel[]> {
  if (predictor === undefined || isFallbackType(predictor.type))
    return wanted.entries().map(([, { kernel }]) => ({
      latencyMs: generalLatencyMs(general, kernel),
      reason: `no predictor for kernel type "${kernel.type}": estimated from its FLOPs and bytes`,
      width: doubtOf(kernel),
      predictorWidth: 0,
    }));
  const kernels = wanted.entries().map(([, { kernel }]) => kernel);
  const latencies = await predictor.predict(kernels.map(({ config }) => config));
  return kernels.map((kernel, i) => outside(predictor, kernel, latencies[i]!, general));
}

/** What the predictor says; where it knows little, together with what the formulas for all types say. */
function outside(
  predictor: KernelPredictor,
  kernel: Kernel,
  predictedMs: number,
  general: GeneralRoofline,
): KnownKernel {
  const reason = predictor.outOfRange(kernel.config);
  const { mape } = predictor.heldOut;
  const error = otherKinds * Math.log1p(errorsPerMean * (Number.isFinite(mape) ? mape : 0.25));
  const predictorWidth = Math.min(mostPredictorWidth, error);
  // On a tensor without elements a size has no logarithm, and there is nothing to do.
  if (!Number.isFinite(predictedMs) && kernel.flops === 0)
    return { latencyMs: 0, reason: "works on nothing", width: smallWidth, predictorWidth };
  const isWeak = hasFormula(kernel) && (mape > weakMape || !Number.isFinite(mape));
  const leans = hasFormula(kernel, predictor.heldOut.n);
  if (reason === undefined && !isWeak && !leans) return { latencyMs: predictedMs, width: 0, predictorWidth };
  // Of a user's own type neither the work nor the bytes are known.
  if (!isKernelTypeName(kernel.type))
    return { latencyMs: predictedMs, reason, width: reason === undefined ? 0 : outOfRangeWidth, predictorWidth };
  const ownWidth = Math.hypot(error, reason === undefined ? 0 : outOfRangeWidth);
  const own = { latencyMs: predictedMs, width: leans ? Math.max(ownWidth, leaningWidth) : ownWidth };
  const formula = { latencyMs: generalLatencyMs(general, kernel), width: doubtOf(kernel) };
  const both = between(own, formula);
  if (reason === undefined) {
    const apart = Math.min(formula.width, Math.abs(Math.log(predictedMs / formula.latencyMs)) / 2);
    const width = isWeak ? both.width : Math.max(predictorWidth, apart);
    return { latencyMs: both.latencyMs, width: 0, predictorWidth: width };
  }
  const most = mostSmallMs(general, kernel);
  const width = both.latencyMs > most ? smallWidth : both.width;
  return { latencyMs: Math.min(both.latencyMs, most), reason, width, predictorWidth: 0 };
}

type Estimate = Pick<KnownKernel, "latencyMs" | "width">;

/** Each counts by how sure it is. A predictor that contradicts the formulas extrapolates: it counts as far as they allow. */
function between(own: Estimate, formula: Estimate): Estimate {
  const gap = Math.log(own.latencyMs / formula.latencyMs);
  const bounded = Math.max(-formula.width, Math.min(formula.width, gap));
  const share = formula.width ** 2 / (own.width ** 2 + formula.width ** 2);
  const width = bounded === gap ? Math.min(own.width, formula.width) : formula.width;
  return { latencyMs: formula.latencyMs * Math.exp(share * bounded), width };
}
