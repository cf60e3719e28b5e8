/**
 * Predicted beside measured latency of model files on a platform of this machine. The files take no part in training,
 * correction or intervals. Every model is measured twice, all of them in between, for the noise ceiling: how well a second
 * measurement agrees with the first.
 */
import { basename } from "node:path";
import { accuracyOf, median, relativeError } from "../../base/index.js";
import { fileForEngine } from "../../jobs/encoding.js";
import { fileSubject, measureModels } from "../../jobs/measure.js";
import { predictModels } from "../../jobs/predict.js";
import { openLocalPlatform } from "../../jobs/workspace.js";
import { openStore } from "../../measurements/index.js";
import { protocol as protocolNamed } from "../../profiling/index.js";

export interface EvaluateModelsRequest {
  readonly home: string;
  readonly models: readonly string[];
  readonly platform: string;
  /** Of each of the two looks at every model. */
  readonly protocol: string;
  readonly signal?: AbortSignal | undefined;
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
  const models = request.models.map((path) => {
    const bytes = fileForEngine(path, local);
    return { subject: fileSubject(basename(path), bytes), bytes };
  });
  request.onStage?.("measuring", 2 * models.length);
  try {
    const look = (repeat: number) =>
      measureModels({
        store,
        engine,
        platform,
        models,
        protocol: protocolNamed(request.protocol),
        purpose: "test",
        repeat,
        again: true,
        signal: request.signal,
        onProgress: ({ done, total }) =>
          request.onProgress?.((repeat - 1) * models.length + Math.round((models.length * done) / total)),
      });
    const [first, second] = [await look(1), await look(2)];
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
  const { within5, within10, mape, rmseMs, n } = accuracyOf(
    rows.map((row) => row.predictedMs),
    measured,
  );
  const second = rows.map((row) => row.secondMs);
  const ceiling = accuracyOf(second, measured);
  const sums = accuracyOf(
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
      medianDifference: median(second.map((ms, i) => relativeError(ms, measured[i]!))),
    },
    sum: { within5: sums.within5, within10: sums.within10 },
  };
}
