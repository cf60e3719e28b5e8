/** How far fitted accuracies are off, on random and on searched sub-networks apart. Pure. */
import type { OfaOrigin, OfaRow } from "../../accuracy/index.js";
import { conformalQuantile, mean, quantile, usualLevel } from "../../base/index.js";
import { spearman } from "../../evaluation/index.js";
import type { SplitName } from "./plan.js";

/** A row that took no part in the fit, and what the fit says. */
export interface HeldOut {
  readonly row: OfaRow;
  readonly predicted: number;
  readonly fold: number;
}

/** Points of top-1. */
export interface AccuracyErrors {
  readonly n: number;
  readonly mae: number;
  readonly p90: number;
  readonly largest: number;
  /** Mean of predicted − measured. */
  readonly bias: number;
  readonly spearman: number;
}

export const origins: readonly OfaOrigin[] = ["random", "searched"];

const errorOf = ({ row, predicted }: HeldOut) => predicted - row.accuracy;

export const ofOrigin = (heldOut: readonly HeldOut[], origin: OfaOrigin) =>
  heldOut.filter(({ row }) => row.origin === origin);

export function accuracyErrors(heldOut: readonly HeldOut[]): AccuracyErrors {
  const errors = heldOut.map(errorOf);
  const sizes = errors.map(Math.abs);
  return {
    n: errors.length,
    mae: mean(sizes),
    p90: quantile(sizes, 0.9),
    largest: quantile(sizes, 1),
    bias: mean(errors),
    spearman: spearman(
      heldOut.map(({ predicted }) => predicted),
      heldOut.map(({ row }) => row.accuracy),
    ),
  };
}

/** Absolute errors, ascending. */
export const errorSizes = (heldOut: readonly HeldOut[]): number[] =>
  heldOut.map((one) => Math.abs(errorOf(one))).sort((a, b) => a - b);

/** Share of rows inside the interval that the errors of the other folds give. */
export function coverageOf(heldOut: readonly HeldOut[], level: number): { covered: number; halfWidth: number } {
  const folds = [...new Set(heldOut.map(({ fold }) => fold))];
  const inside = folds.flatMap((fold) => {
    const width = conformalQuantile(errorSizes(heldOut.filter((one) => one.fold !== fold)), level);
    return heldOut.filter((one) => one.fold === fold).map((one) => (Math.abs(errorOf(one)) <= width ? 1 : 0));
  });
  return { covered: mean(inside), halfWidth: conformalQuantile(errorSizes(heldOut), level) };
}

/** Every so many order statistics, so that the shipped predictor stays small and the quantiles stay where they are. */
export function thinned(ascending: readonly number[], count: number): number[] {
  const at = (k: number) => conformalQuantile(ascending, k / (count + 1));
  return Array.from({ length: count }, (_, k) => Number(at(k + 1).toFixed(4)));
}

export interface SplitRow {
  readonly split: SplitName;
  readonly origin: OfaOrigin;
  readonly errors: AccuracyErrors;
  readonly level: number;
  readonly covered: number;
  readonly halfWidth: number;
}

export interface CurvePoint {
  readonly rows: number;
  readonly seeds: number;
  readonly mae: Readonly<Record<OfaOrigin, number>>;
}

export interface AccuracyReport {
  readonly date: string;
  readonly rows: Readonly<Record<OfaOrigin, number>>;
  readonly splits: readonly SplitRow[];
  readonly curve: readonly CurvePoint[];
}

export const splitTable = (split: SplitName, heldOut: readonly HeldOut[], level = usualLevel): SplitRow[] =>
  origins.map((origin) => {
    const own = ofOrigin(heldOut, origin);
    return { split, origin, errors: accuracyErrors(own), level, ...coverageOf(own, level) };
  });
