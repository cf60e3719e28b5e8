/**
 * The numbers of one row of the table of engines, from what was measured: how well sums of kernels meet whole models, with
 * and without the model-level correction, and how well a second measurement agrees with the first. Pure.
 */
import { mean, median, quantile, relativeError, shareWithin } from "../../base/index.js";
import type { KernelTiming } from "../../engines/index.js";
import type { Kernel } from "../../kernels/index.js";
import { kernelKey, type Outcome } from "../../measurements/index.js";
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
  const differences = pairs.map(([first, second]) => relativeError(second, first));
  return {
    n: pairs.length,
    medianDifference: median(differences),
    within5: shareWithin(differences, 0.05),
    within10: shareWithin(differences, 0.1),
  };
}

export interface EngineReport {
  readonly platform: string;
  readonly engine: string;
  readonly version: string;
  readonly precision: string;
  readonly kernelTiming: KernelTiming | "in models";
  readonly timingReason: string;
  /** Σ kernels ÷ whole model, before and after the correction that the other models give; of models whose kernels were all measured. */
  readonly plain?: Shares | undefined;
  readonly corrected?: Shares | undefined;
  readonly models: readonly SummedModel[];
  readonly kernelRepeatability?: Repeatability | undefined;
  readonly modelRepeatability?: Repeatability | undefined;
  /** Of this and earlier calls; absent where nothing was measured. */
  readonly kernelsPerHour?: number | undefined;
  readonly modelsPerHour?: number | undefined;
  readonly kernels: { readonly measured: number; readonly failed: number };
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly what: "kernel" | "model";
  readonly reason: string;
  readonly count: number;
  /** The first one met. */
  readonly example: string;
}

/** A platform that could not be measured at all. */
export interface EngineProblem {
  readonly platform: string;
  readonly problem: string;
}

export interface EnginesReport {
  readonly date: string;
  readonly cpu: string;
  readonly rows: readonly EngineReport[];
  readonly problems: readonly EngineProblem[];
}

/** What an engine's row is made of: outcomes of two looks at each model, and of two at some kernels. */
export interface MeasuredEngine {
  readonly models: readonly { readonly name: string; readonly kernels: readonly Kernel[] }[];
  /** In the order of the models. */
  readonly looks: readonly (readonly (Outcome | undefined)[])[];
  /** Distinct kernels of the models, and two looks at them by `kernelKey`. */
  readonly kernels: readonly Kernel[];
  readonly times: readonly ReadonlyMap<string, Outcome>[];
}

type MeasuredParts = Pick<
  EngineReport,
  "plain" | "corrected" | "models" | "kernelRepeatability" | "modelRepeatability" | "kernels" | "failures"
>;

export function describeMeasured({ models, looks, kernels, times }: MeasuredEngine): MeasuredParts {
  const [first, second] = times as [ReadonlyMap<string, Outcome>, ReadonlyMap<string, Outcome>];
  const summed = sumModels(completeModels({ models, looks, kernels, times }));
  const outcomes = kernels.map((kernel) => ({ name: kernelKey(kernel), outcome: first.get(kernelKey(kernel)) }));
  const count = (status: Outcome["status"]) => outcomes.filter(({ outcome }) => outcome?.status === status).length;
  const wholes = models.map(({ name }, i) => ({ name, outcome: looks[0]![i] }));
  return {
    models: summed,
    plain: sharesOf(summed.map((model) => model.sumMs / model.measuredMs)),
    corrected: sharesOf(summed.map((model) => model.correctedMs / model.measuredMs)),
    kernelRepeatability: repeatabilityOf(pairs(outcomes.map(({ name, outcome }) => [outcome, second.get(name)]))),
    modelRepeatability: repeatabilityOf(pairs(models.map((_, i) => looks.map((look) => look[i])))),
    kernels: { measured: count("ok"), failed: count("failed") },
    failures: [...failuresOf("kernel", outcomes), ...failuresOf("model", wholes)],
  };
}

/** The mean of both looks counts. */
function completeModels({ models, looks, times }: MeasuredEngine): CompleteModel[] {
  return models.flatMap(({ name, kernels }, i): CompleteModel[] => {
    const wholes = looks.flatMap((look) => latencyOf(look[i]) ?? []);
    const timed = kernels.flatMap((kernel) => {
      const latencyMs = latencyOf(times[0]!.get(kernelKey(kernel)));
      return latencyMs === undefined ? [] : [{ ...kernel, latencyMs }];
    });
    if (wholes.length === 0 || timed.length < kernels.length) return [];
    return [{ model: name, measuredMs: mean(wholes), kernels: timed }];
  });
}

const latencyOf = (outcome: Outcome | undefined) => (outcome?.status === "ok" ? outcome.latencyMs : undefined);

function pairs(outcomes: readonly (readonly (Outcome | undefined)[])[]): [number, number][] {
  return outcomes.flatMap((both): [number, number][] => {
    const [one, two] = both.map(latencyOf);
    return one === undefined || two === undefined ? [] : [[one, two]];
  });
}

function failuresOf(
  what: Failure["what"],
  all: readonly { readonly name: string; readonly outcome: Outcome | undefined }[],
): Failure[] {
  const byReason = new Map<string, { count: number; example: string }>();
  for (const { name, outcome } of all) {
    if (outcome?.status !== "failed") continue;
    const known = byReason.get(outcome.reason);
    if (known) known.count++;
    else byReason.set(outcome.reason, { count: 1, example: `${name}: ${outcome.message}` });
  }
  return [...byReason].map(([reason, found]) => ({ what, reason, ...found }));
}
