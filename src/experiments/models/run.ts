/**
 * Predicted beside measured latency of model files on a platform of this machine. The files take no part in training,
 * correction or intervals. Every model is measured twice, in passes that alternate, for the noise ceiling: how well a second
 * measurement agrees with the first.
 */
import { basename } from "node:path";
import { median } from "../../base/index.js";
import { fileForEngine } from "../../jobs/encoding.js";
import { measurePasses, medianOfPasses } from "../../jobs/measure-passes.js";
import { predictModels } from "../../jobs/predict.js";
import { openLocalPlatform } from "../../jobs/workspace.js";
import { type Measurement, openStore } from "../../measurements/index.js";
import { heldOutMetrics } from "../../predictors/index.js";

export interface EvaluateModelsRequest {
  readonly home: string;
  readonly models: readonly string[];
  readonly platform: string;
  /** Passes over all models for each of the two measurements; the fastest session of a model counts. */
  readonly passes: number;
  readonly signal?: AbortSignal;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

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

export interface ModelsReport {
  readonly platform: string;
  readonly date: string;
  readonly models: readonly EvaluatedModel[];
  readonly failed: readonly { readonly model: string; readonly reason: string }[];
  readonly n: number;
  readonly mape: number;
  readonly within5: number;
  readonly within10: number;
  readonly rmseMs: number;
  readonly intervalLevel: number;
  readonly intervalCoverage: number;
  /** The second measurement as a prediction of the first. */
  readonly noiseCeiling: { readonly within5: number; readonly within10: number; readonly medianDifference: number };
  /** The plain sum over kernels, without the model-level correction. */
  readonly sum: { readonly within5: number; readonly within10: number };
}

const level = 0.9;

export async function evaluateModels(request: EvaluateModelsRequest): Promise<ModelsReport> {
  const local = await openLocalPlatform(request.platform, request.home);
  const { platform, id, engine } = local;
  const predictions = await predictModels({
    home: request.home,
    models: request.models,
    platform: id,
    inputs: [],
    level,
    pools: [],
  });
  const store = await openStore(request.home);
  const models = request.models.map((path) => ({ name: basename(path), bytes: fileForEngine(path, local) }));
  request.onStage?.("measuring", 2 * models.length);
  try {
    const passes = await measurePasses({
      store,
      engine,
      platform,
      models,
      passes: 2 * request.passes,
      ...(request.signal ? { signal: request.signal } : {}),
      onProgress: ({ done, total }) => request.onProgress?.(Math.round((2 * models.length * done) / total)),
    });
    const [first, second] = [0, 1].map((odd) => medianOfPasses(passes.filter((_, pass) => pass % 2 === odd))) as [
      Measurement[],
      Measurement[],
    ];
    const rows: EvaluatedModel[] = [];
    const failed: { model: string; reason: string }[] = [];
    for (const [i, prediction] of predictions.entries()) {
      const [one, two] = [first[i]!.outcome, second[i]!.outcome];
      if (one.status === "failed" || two.status === "failed") {
        failed.push({
          model: prediction.model,
          reason: one.status === "failed" ? one.message : two.status === "failed" ? two.message : "",
        });
        continue;
      }
      rows.push({
        model: basename(prediction.model),
        predictedMs: prediction.latencyMs,
        sumMs: prediction.sumMs,
        lowMs: prediction.interval.lowMs,
        highMs: prediction.interval.highMs,
        measuredMs: one.latencyMs,
        secondMs: two.latencyMs,
        error: prediction.latencyMs / one.latencyMs - 1,
        coverage: prediction.coverage.kernels,
        unpredicted: prediction.unpredicted.length,
      });
    }
    return summarise(id, rows, failed);
  } finally {
    await store.close();
  }
}

function summarise(platform: string, rows: readonly EvaluatedModel[], failed: ModelsReport["failed"]): ModelsReport {
  const measured = rows.map((row) => row.measuredMs);
  const { within5, within10, mape, rmseMs, n } = heldOutMetrics(
    rows.map((row) => row.predictedMs),
    measured,
  );
  const second = rows.map((row) => row.secondMs);
  const ceiling = heldOutMetrics(second, measured);
  const sums = heldOutMetrics(
    rows.map((row) => row.sumMs),
    measured,
  );
  const inside = rows.filter((row) => row.measuredMs >= row.lowMs && row.measuredMs <= row.highMs).length;
  return {
    platform,
    date: new Date().toISOString(),
    models: rows,
    failed,
    n,
    mape,
    within5,
    within10,
    rmseMs,
    intervalLevel: level,
    intervalCoverage: inside / n,
    noiseCeiling: {
      within5: ceiling.within5,
      within10: ceiling.within10,
      medianDifference: median(second.map((ms, i) => Math.abs(ms / measured[i]! - 1))),
    },
    sum: { within5: sums.within5, within10: sums.within10 },
  };
}
