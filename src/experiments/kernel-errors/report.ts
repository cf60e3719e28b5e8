/**
 * Where the error of whole models comes from: predicted kernels beside the times that the engine's profiler gives them inside the same
 * models, summed by kernel type. Pure.
 */
import { groupBy, relativeError, shareWithin } from "../../base/index.js";

/** A kernel of a model. */
export interface TimedKernel {
  readonly type: string;
  /** With the factor of its model's correction. */
  readonly predictedMs: number;
  /** At the reference state, its share of the run without the profiler; undefined where the engine ran no such node. */
  readonly measuredMs: number | undefined;
}

export interface TimedModel {
  readonly model: string;
  readonly kernels: readonly TimedKernel[];
}

export interface TypeErrors {
  readonly type: string;
  readonly kernels: number;
  /** Of the measured time of all models, 0–1. */
  readonly share: number;
  /** Predicted ÷ measured sums − 1: what models of nothing else would be off by. */
  readonly bias: number;
  /** Mean relative error of a kernel, each weighted by its time. */
  readonly error: number;
  /** Share of kernels of at least `longMs` within ±10 %; NaN where there is none. */
  readonly within10: number;
}

export interface ModelErrors {
  readonly model: string;
  readonly measuredMs: number;
  readonly error: number;
  /** Kernel types that add most to the error: (predicted − measured) ÷ the model's time. */
  readonly blame: readonly { readonly type: string; readonly part: number }[];
}

export interface KernelErrorsReport {
  readonly types: readonly TypeErrors[];
  readonly models: readonly ModelErrors[];
  /** Kernels for which the engine ran no node of their own. */
  readonly unpaired: number;
}

/** Kernels shorter than this are mostly rounding of the profiler, milliseconds. */
const longMs = 0.03;
const mostBlamed = 3;

type Paired = TimedKernel & { readonly measuredMs: number };
const isPaired = (kernel: TimedKernel): kernel is Paired => kernel.measuredMs !== undefined;
const sum = (kernels: readonly Paired[], of: "predictedMs" | "measuredMs") =>
  kernels.reduce((total, kernel) => total + kernel[of], 0);

export function describeKernelErrors(models: readonly TimedModel[]): KernelErrorsReport {
  const all = models.flatMap(({ kernels }) => kernels);
  const paired = all.filter(isPaired);
  const totalMs = sum(paired, "measuredMs");
  const types = [...groupBy(paired, ({ type }) => type)].map(([type, kernels]) => describeType(type, kernels, totalMs));
  return {
    types: types.sort((a, b) => b.share - a.share),
    models: models.map(describeModel).sort((a, b) => Math.abs(b.error) - Math.abs(a.error)),
    unpaired: all.length - paired.length,
  };
}

function describeType(type: string, kernels: readonly Paired[], totalMs: number): TypeErrors {
  const measuredMs = sum(kernels, "measuredMs");
  const errors = kernels.map((kernel) => relativeError(kernel.predictedMs, kernel.measuredMs));
  const long = kernels.flatMap((kernel, i) => (kernel.measuredMs >= longMs ? [errors[i]!] : []));
  return {
    type,
    kernels: kernels.length,
    share: measuredMs / totalMs,
    bias: sum(kernels, "predictedMs") / measuredMs - 1,
    error: kernels.reduce((total, kernel, i) => total + errors[i]! * kernel.measuredMs, 0) / measuredMs,
    within10: shareWithin(long, 0.1),
  };
}

function describeModel({ model, kernels }: TimedModel): ModelErrors {
  const paired = kernels.filter(isPaired);
  const measuredMs = sum(paired, "measuredMs");
  const blame = [...groupBy(paired, ({ type }) => type)]
    .map(([type, of]) => ({ type, part: (sum(of, "predictedMs") - sum(of, "measuredMs")) / measuredMs }))
    .sort((a, b) => Math.abs(b.part) - Math.abs(a.part));
  return { model, measuredMs, error: sum(paired, "predictedMs") / measuredMs - 1, blame: blame.slice(0, mostBlamed) };
}
