/**
 * The numbers of one row of the table of engines, from what was measured: how well sums of kernels meet whole models, with
 * and without the model-level correction, and how well a second measurement agrees with the first. Pure.
 */
import { median, quantile } from "../../base/index.js";
import {
  createCorrector,
  fitCorrection,
  type PredictedKernel,
  sumMs,
  type WholeModel,
} from "../../predictors/index.js";

/** Ratios. */
export interface Shares {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Second measurement against the first; ratios. */
export interface Repeatability {
  readonly n: number;
  readonly medianDifference: number;
  readonly within5: number;
  readonly within10: number;
}

/** Whole model beside the sum of its kernels. */
export interface SummedModel {
  readonly model: string;
  readonly measuredMs: number;
  readonly sumMs: number;
  /** The sum after a correction that was fitted on the other models. */
  readonly correctedMs: number;
  /** Milliseconds by kernel type, largest first. */
  readonly byType: Readonly<Record<string, number>>;
}

/** A model whose kernels were all measured. */
export interface CompleteModel {
  readonly model: string;
  readonly measuredMs: number;
  readonly kernels: readonly PredictedKernel[];
}

/** Each model's sum, and its sum corrected by what the other models say. */
export function sumModels(models: readonly CompleteModel[]): SummedModel[] {
  return models.map(({ model, measuredMs, kernels }, left) => {
    const others: WholeModel[] = models.filter((_, i) => i !== left);
    const sum = sumMs(kernels);
    const byType = new Map<string, number>();
    for (const { type, latencyMs } of kernels) byType.set(type, (byType.get(type) ?? 0) + latencyMs);
    return {
      model,
      measuredMs,
      sumMs: sum,
      correctedMs: sum * createCorrector(fitCorrection(others)).correct(kernels, 0.9).factor,
      byType: Object.fromEntries([...byType].sort(([, a], [, b]) => b - a)),
    };
  });
}

/** Undefined for no values. */
export function sharesOf(values: readonly number[]): Shares | undefined {
  if (values.length === 0) return undefined;
  return { median: median(values), min: quantile(values, 0), max: quantile(values, 1) };
}

/** Pairs of the same thing measured twice, in any unit. Undefined for none. */
export function repeatabilityOf(pairs: readonly (readonly [number, number])[]): Repeatability | undefined {
  if (pairs.length === 0) return undefined;
  const differences = pairs.map(([first, second]) => Math.abs(second / first - 1));
  const within = (limit: number) => differences.filter((difference) => difference <= limit).length / pairs.length;
  return { n: pairs.length, medianDifference: median(differences), within5: within(0.05), within10: within(0.1) };
}
