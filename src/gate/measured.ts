/** Checks by measuring on the platform; against a model of before by a paired test. */
import {
  normalScore,
  probabilityAboveMeasured,
  probabilitySlowerMeasured,
  type Regression,
} from "../analysis/index.js";
import { type BadFile, badFile, isBad, LitepredError } from "../base/index.js";
import type { LocalPlatform } from "../engines/index.js";
import { detectKernels } from "../kernels/index.js";
import { type MeasuredFile, measureFilesOn } from "../measuring/index.js";
import type { Interval } from "../predictors/index.js";
import { openLocalPlatform, readFiles, rulesOf } from "../workspace/index.js";
import { type BaselineEntry, baselineOf } from "./baseline.js";
import { type Before, type Checked, type CheckRequest, checkRow, type FindBefore } from "./check-row.js";
import { measurePaired } from "./paired.js";

type Measured = Exclude<MeasuredFile, { readonly failed: string }>;

export async function checkMeasured(request: CheckRequest, findBefore: FindBefore): Promise<(Checked | BadFile)[]> {
  const found: (Checked | BadFile)[] = [];
  for (const wanted of [request.platform].flat()) {
    const local = await openLocalPlatform(wanted, request.home);
    const { home, models, protocol, signal } = request;
    const rows = await measureFilesOn(local, { home, models, protocol, again: true, signal });
    for (const [i, row] of rows.entries()) {
      request.onProgress?.(i + 1, rows.length, row.model);
      found.push(isBad(row) ? row : await checkOne(row, local, request, findBefore(row.model, row.platform)));
    }
  }
  return found;
}

async function checkOne(
  measured: MeasuredFile,
  local: LocalPlatform,
  request: CheckRequest,
  before: Before,
): Promise<Checked | BadFile> {
  const { model, platform } = measured;
  if ("failed" in measured) return notMeasured(model, measured.failed);
  const { latencyMs } = measured;
  const error = errorOf(measured.relativeError);
  const regression = await regressionOf(measured, local, request, before);
  if (typeof regression === "string") return notMeasured(model, regression);
  const row = checkRow(
    {
      ...{ model, platform, latencyMs, measured: true, regression },
      interval: intervalOf(latencyMs, error, request.confidence),
      above: (limitMs) => probabilityAboveMeasured(limitMs, latencyMs, error),
      note: before.kind === "none" ? before.note : undefined,
    },
    request,
  );
  return { row, baseline: entryFor(measured, local, error, request) };
}

function entryFor(
  { model, platform, latencyMs }: Measured,
  local: LocalPlatform,
  error: number,
  request: CheckRequest,
) {
  const [read] = readFiles({ models: [model], inputs: request.inputs });
  const detected =
    read === undefined || isBad(read) ? { kernels: [] } : detectKernels(read.graph, rulesOf(local.platform));
  const measured = { latencyMs, relativeError: error };
  return { model, platform, latencyMs, measured, ...baselineOf(detected) } satisfies BaselineEntry;
}

async function regressionOf(
  { model, latencyMs, relativeError }: Measured,
  local: LocalPlatform,
  request: CheckRequest,
  before: Before,
): Promise<Regression | string | undefined> {
  const { home, maxRegression: limit, confidence, signal } = request;
  if (before.kind === "none") return undefined;
  if (before.kind === "file") {
    const paired = await measurePaired({ home, local, model, before: before.path, limit, confidence, signal });
    if (typeof paired === "string") return paired;
    const { ratio, probability, rounds, beforeMs } = paired;
    return { baselineMs: beforeMs, change: ratio - 1, limit, probability, rounds };
  }
  const { measured } = before.entry;
  if (measured === undefined)
    throw new LitepredError(
      "bad-usage",
      `the baseline of ${model} was predicted, not measured`,
      "save one with --measure --save FILE, or compare with the model itself: --against OLD.onnx",
    );
  const ratio = latencyMs / measured.latencyMs;
  const errors = [errorOf(relativeError), errorOf(measured.relativeError)];
  const probability = probabilitySlowerMeasured(ratio, limit, errors);
  return { baselineMs: measured.latencyMs, change: ratio - 1, limit, probability };
}

/** Looks minutes apart agree within 1 to 2 %, whatever the runs of one say; a single short session does not tell its error. Choice. */
const leastError = 0.01;
const unknownError = 0.05;
const errorOf = (relativeError: number) =>
  Number.isFinite(relativeError) ? Math.max(leastError, relativeError) : unknownError;

function intervalOf(latencyMs: number, error: number, level: number): Interval {
  const width = error * normalScore((1 + level) / 2);
  return { level, lowMs: latencyMs * Math.exp(-width), highMs: latencyMs * Math.exp(width) };
}

const notMeasured = (model: string, reason: string): BadFile =>
  badFile(model, new LitepredError("engine-unavailable", reason));
