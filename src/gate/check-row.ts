import { type CheckRow, holds, type Regression } from "../analysis/index.js";
import { percent } from "../base/index.js";
import type { Interval } from "../predictors/index.js";
import type { PredictRequest } from "../workspace/index.js";
import type { BaselineEntry } from "./baseline.js";

export interface CheckRequest extends Omit<PredictRequest, "level"> {
  readonly maxLatencyMs?: number | undefined;
  /** How likely a check must be to hold, from 0.5 to below 1. */
  readonly confidence: number;
  /** A baseline (JSON), the model of before, or a folder of models of the same names. */
  readonly against?: string | undefined;
  /** Relative: 0.05 for 5 %. */
  readonly maxRegression: number;
  /** Measure on the platform instead of predicting. */
  readonly measure: boolean;
  readonly protocol: string;
  /** Where to write a baseline of what was found. */
  readonly save?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number, note: string) => void) | undefined;
}

/** What a model is compared with. */
export type Before =
  | { readonly kind: "entry"; readonly entry: BaselineEntry }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "none"; readonly note?: string | undefined };

export type FindBefore = (model: string, platform: string) => Before;

export interface Checked {
  readonly row: CheckRow;
  readonly baseline: BaselineEntry;
}

/** What was found of a model, before the verdicts. */
export interface Finding {
  readonly model: string;
  readonly platform: string;
  readonly latencyMs: number;
  readonly interval: Interval;
  readonly measured: boolean;
  /** P(latency > limit). */
  above(limitMs: number): number;
  readonly regression?: Regression | undefined;
  readonly note?: string | undefined;
}

export function checkRow({ above, ...found }: Finding, { maxLatencyMs, confidence }: CheckRequest): CheckRow {
  const probability = maxLatencyMs === undefined ? undefined : above(maxLatencyMs);
  const missed: string[] = [];
  if (probability !== undefined && !holds(probability, confidence))
    missed.push(limitReason(found.latencyMs, maxLatencyMs!, probability, confidence));
  if (found.regression !== undefined && !holds(found.regression.probability, confidence))
    missed.push(regressionReason(found.regression, confidence));
  return {
    ...found,
    limitMs: maxLatencyMs,
    probability,
    passed: missed.length === 0,
    reason: missed.length === 0 ? undefined : missed.join("; "),
  };
}

/** Four digits: a miss may be a close one. */
const close = (value: number) => `${Number(value.toPrecision(4))} ms`;

function limitReason(latencyMs: number, limitMs: number, probability: number, confidence: number): string {
  const allowed = percent(1 - confidence, 0);
  return `${close(latencyMs)}, above the limit of ${close(limitMs)} with probability ${percent(probability, 0)} (allowed: ${allowed})`;
}

/** Kernels named in a reason. */
const namedKernels = 3;

function regressionReason({ baselineMs, change, limit, probability, kernels = [] }: Regression, confidence: number) {
  const sign = change >= 0 ? "+" : "−";
  const size = `${sign}${percent(Math.abs(change))} against ${close(baselineMs)}`;
  const sure = `more than ${percent(limit, 1)} slower with probability ${percent(probability, 0)} (allowed: ${percent(1 - confidence, 0)})`;
  const named = kernels
    .slice(0, namedKernels)
    .map(
      ({ type, text, count, ms }) =>
        `${count > 0 ? "+" : "−"}${Math.abs(count)} ${type} ${text} (${ms > 0 ? "+" : "−"}${close(Math.abs(ms))})`,
    );
  return `${size}, ${sure}${named.length > 0 ? `; kernels: ${named.join(", ")}` : ""}`;
}
