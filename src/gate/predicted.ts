/** Checks by prediction. Both versions are predicted by today's predictor, so that only the model makes the difference. */
import {
  askedLevels,
  changedShareOf,
  kernelChanges,
  probabilityAbove,
  probabilitySlower,
  type Regression,
} from "../analysis/index.js";
import type { BadFile } from "../base/index.js";
import type { ModelPrediction } from "../predictors/index.js";
import { askEach, readFiles, readModelFile, type Subject } from "../workspace/index.js";
import { baselineOf, detectedBefore } from "./baseline.js";
import { type Before, type Checked, type CheckRequest, checkRow, type FindBefore } from "./check-row.js";

export function checkPredicted(request: CheckRequest, findBefore: FindBefore): Promise<(Checked | BadFile)[]> {
  const { confidence: level } = request;
  return askEach({ ...request, level }, readFiles(request), (subject) =>
    checkOne(subject, request, findBefore(subject.model, subject.platform)),
  );
}

async function checkOne(subject: Subject, request: CheckRequest, before: Before): Promise<Checked> {
  const { model, platform, predictor, graph } = subject;
  const detected = predictor.detect(graph);
  const levels = [request.confidence, ...askedLevels];
  const predictions = await Promise.all(levels.map((level) => predictor.predict(detected, level)));
  const [prediction] = predictions as [ModelPrediction];
  const { latencyMs, interval } = prediction;
  const intervals = predictions.map((one) => one.interval);
  const row = checkRow(
    {
      ...{ model, platform, latencyMs, interval, measured: false },
      above: (limitMs) => probabilityAbove(limitMs, latencyMs, intervals),
      regression: await regressionOf(subject, prediction, before, request),
      note: before.kind === "none" ? before.note : undefined,
    },
    request,
  );
  return { row, baseline: { model, platform, latencyMs, ...baselineOf(detected) } };
}

async function regressionOf(
  { predictor }: Subject,
  after: ModelPrediction,
  before: Before,
  { maxRegression: limit, inputs }: CheckRequest,
): Promise<Regression | undefined> {
  if (before.kind === "none") return undefined;
  const earlier = await predictor.predict(
    before.kind === "file" ? readModelFile(before.path, inputs) : detectedBefore(before.entry),
  );
  const kernels = kernelChanges(earlier.kernels, after.kernels);
  const ratio = after.latencyMs / earlier.latencyMs;
  const changedShare = changedShareOf(kernels, after.sumMs);
  return {
    baselineMs: earlier.latencyMs,
    change: ratio - 1,
    limit,
    probability: probabilitySlower(ratio, limit, after.interval, { changedShare }),
    kernels,
  };
}
