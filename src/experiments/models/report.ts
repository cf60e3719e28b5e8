/** Predictions of model files beside two measurements of each. Pure. */
import { type Accuracy, accuracyOf, median, relativeError } from "../../base/index.js";
import { intervalCoverage } from "../../evaluation/index.js";
import type { Outcome } from "../../measurements/index.js";

export interface EvaluatedModel {
  readonly model: string;
  readonly predictedMs: number;
  readonly sumMs: number;
  readonly lowMs: number;
  readonly highMs: number;
  readonly measuredMs: number;
  readonly secondMs: number;
  /** Relative, signed. */
  readonly error: number;
  readonly coverage: number;
  readonly unpredicted: number;
}

export interface FailedModel {
  readonly model: string;
  readonly reason: string;
  /** The file could not be used at all; otherwise the engine could not run it. */
  readonly unread?: boolean;
}

export interface ModelsReport extends Accuracy {
  readonly platform: string;
  readonly date: string;
  readonly models: readonly EvaluatedModel[];
  readonly failed: readonly FailedModel[];
  readonly intervalLevel: number;
  readonly intervalCoverage: number;
  /** The second measurement as a prediction of the first. */
  readonly noiseCeiling: { readonly within5: number; readonly within10: number; readonly medianDifference: number };
  /** The plain sum over kernels, without the model-level correction. */
  readonly sum: { readonly within5: number; readonly within10: number };
}

/** A model with what was predicted of it, and both looks at it. */
export interface LookedAt {
  readonly model: string;
  /** Its path, for those that failed. */
  readonly file: string;
  readonly prediction: {
    readonly latencyMs: number;
    readonly sumMs: number;
    readonly interval: { readonly lowMs: number; readonly highMs: number };
    readonly coverage: { readonly kernels: number };
    readonly unpredicted: readonly unknown[];
  };
  readonly looks: readonly [Outcome, Outcome];
}

type Circumstances = Pick<ModelsReport, "platform" | "date" | "intervalLevel">;

export function describeModels(
  circumstances: Circumstances,
  looked: readonly LookedAt[],
  unread: readonly FailedModel[] = [],
): ModelsReport {
  const rows: EvaluatedModel[] = [];
  const failed: FailedModel[] = [...unread];
  for (const one of looked) {
    const row = describeModel(one);
    if ("reason" in row) failed.push(row);
    else rows.push(row);
  }
  return summarise(circumstances, rows, failed);
}

function describeModel({ model, file, prediction, looks: [first, second] }: LookedAt): EvaluatedModel | FailedModel {
  if (first.status === "failed") return { model: file, reason: first.message };
  if (second.status === "failed") return { model: file, reason: second.message };
  const { latencyMs, sumMs, interval, coverage, unpredicted } = prediction;
  return {
    model,
    predictedMs: latencyMs,
    sumMs,
    lowMs: interval.lowMs,
    highMs: interval.highMs,
    measuredMs: first.latencyMs,
    secondMs: second.latencyMs,
    error: latencyMs / first.latencyMs - 1,
    coverage: coverage.kernels,
    unpredicted: unpredicted.length,
  };
}

function summarise(
  { platform, date, intervalLevel }: Circumstances,
  rows: readonly EvaluatedModel[],
  failed: readonly FailedModel[],
): ModelsReport {
  const measuredMs = rows.map((row) => row.measuredMs);
  const accuracy = (of: (row: EvaluatedModel) => number) => accuracyOf(rows.map(of), measuredMs);
  const { within5, within10, mape, rmseMs, n } = accuracy((row) => row.predictedMs);
  const ceiling = accuracy((row) => row.secondMs);
  const sums = accuracy((row) => row.sumMs);
  const medianDifference = median(rows.map((row) => relativeError(row.secondMs, row.measuredMs)));
  return {
    platform,
    date,
    models: rows,
    failed,
    ...{ n, mape, within5, within10, rmseMs },
    intervalLevel,
    intervalCoverage: intervalCoverage(rows, measuredMs),
    noiseCeiling: { within5: ceiling.within5, within10: ceiling.within10, medianDifference },
    sum: { within5: sums.within5, within10: sums.within10 },
  };
}
