/**
 * The small model-level correction: sums of kernel times miss scheduling, allocation and cache effects, so
 * ln(measured ÷ sum) is fitted, by ridge regression towards 0, on a few whole models measured on the platform.
 * Terms: a constant, and the share of the time in each group of kernel types. Both numbers, the plain sum and the corrected one, are kept.
 */
import { ridgeRegression } from "../learning/index.js";
import type { PredictedKernel } from "./types.js";

export interface Correction {
  readonly intercept: number;
  readonly coefficients: readonly number[];
  /** |ln(measured ÷ predicted)| of each model, predicted by a correction fitted without it; ascending. */
  readonly residuals: readonly number[];
  /** Number of models it was fitted on. */
  readonly models: number;
}

export interface WholeModel {
  readonly kernels: readonly PredictedKernel[];
  readonly measuredMs: number;
}

export const noCorrection: Correction = { intercept: 0, coefficients: [], residuals: [], models: 0 };

/** With fewer models the shares of time cannot be told apart: the constant alone is fitted. Choice. */
const modelsForShares = 8;
/** Penalty of the ridge on the shares. Choice: the shares lie in 0–1, errors around 0.05. */
const penalty = 0.3;

export function fitCorrection(models: readonly WholeModel[]): Correction {
  if (models.length === 0) return noCorrection;
  const rows = models.map((model) => shares(model.kernels));
  const targets = models.map((model) => Math.log(model.measuredMs / sumMs(model.kernels)));
  const full = solve(rows, targets);
  const residuals = models.map((_, left) => {
    const others = (values: readonly number[][] | readonly number[]) => values.filter((_value, i) => i !== left);
    if (models.length === 1) return Math.abs(targets[0]!);
    const fit = solve(others(rows) as number[][], others(targets) as number[]);
    return Math.abs(targets[left]! - evaluate(fit, rows[left]!));
  });
  return { ...full, residuals: residuals.sort((a, b) => a - b), models: models.length };
}

/** Factor on the plain sum. */
export function correctionFactor(correction: Correction, kernels: readonly PredictedKernel[]): number {
  return correction.models === 0 ? 1 : Math.exp(evaluate(correction, shares(kernels)));
}

export function sumMs(kernels: readonly PredictedKernel[]): number {
  let total = 0;
  for (const kernel of kernels) total += kernel.latencyMs;
  return total;
}

function solve(rows: readonly number[][], targets: readonly number[]): Pick<Correction, "intercept" | "coefficients"> {
  const usesShares = rows.length >= modelsForShares;
  const columns = usesShares ? groups.length : 0;
  if (columns === 0) return { intercept: trimmedMean(targets), coefficients: [] };
  const x = { rows: rows.length, columns, values: Float64Array.from(rows.flat()) };
  const { intercept, coefficients } = ridgeRegression(x, targets, { penalty });
  return { intercept, coefficients: [...coefficients] };
}

function evaluate(fit: Pick<Correction, "intercept" | "coefficients">, row: readonly number[]): number {
  return fit.coefficients.reduce((total, c, i) => total + c * row[i]!, fit.intercept);
}

/** Groups of kernel types that share their way of missing the whole. The last group takes all others. */
const groups: readonly (readonly string[])[] = [
  ["conv-bn-relu", "conv-transpose"],
  ["dwconv-bn-relu"],
  ["fc", "matmul", "attention"],
  ["reorder", "transpose", "copy", "concat", "split", "slice"],
];

function shares(kernels: readonly PredictedKernel[]): number[] {
  const total = sumMs(kernels);
  const row = groups.map(() => 0);
  for (const kernel of kernels) {
    const group = groups.findIndex((types) => types.includes(kernel.type));
    if (group >= 0) row[group]! += kernel.latencyMs / total;
  }
  return row;
}

function trimmedMean(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 5);
  const kept = sorted.slice(cut, sorted.length - cut);
  return kept.reduce((total, value) => total + value, 0) / kept.length;
}
