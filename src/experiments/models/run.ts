/**
 * Predicted beside measured latency of model files on a platform of this machine. The files take no part in training,
 * correction or intervals. Every model is measured twice, all of them in between, for the noise ceiling: how well a second
 * measurement agrees with the first.
 */

import { basename } from "node:path";
import { type BadFile, isBad, usualLevel } from "../../base/index.js";
import type { LocalPlatform } from "../../engines/index.js";
import { type ModelReport, predictFiles } from "../../jobs/predict.js";
import { type Measurement, openStore, type Store } from "../../measurements/index.js";
import { fileForEngine } from "../../measuring/index.js";
import { fileSubject, measureModels, protocol as protocolNamed } from "../../profiling/index.js";
import { openLocalPlatform, readModelBytes } from "../../workspace/index.js";
import { describeModels, type LookedAt, type ModelsReport } from "./report.js";

export interface EvaluateModelsRequest {
  readonly home: string;
  readonly models: readonly string[];
  readonly platform: string;
  /** Of each of the two looks at every model. */
  readonly protocol: string;
  /** `name=1x3x224x224`, as on the command line. */
  readonly inputs?: readonly string[] | undefined;
  readonly signature?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

/** Files that cannot be used are told of in the report. @throws LitepredError where no file can be used */
export async function evaluateModels(request: EvaluateModelsRequest): Promise<ModelsReport> {
  const local = await openLocalPlatform(request.platform, request.home);
  const { home, models, inputs = [], signature } = request;
  const rows = await predictFiles({
    home,
    models,
    platform: local.id,
    inputs,
    signature,
    level: usualLevel,
    pools: [],
  });
  const predictions = rows.filter((row): row is ModelReport => !isBad(row));
  const bad = rows.filter((row): row is BadFile => isBad(row));
  if (predictions.length === 0 && bad[0] !== undefined) throw bad[0].error;
  const sound = { ...request, models: predictions.map(({ model }) => model) };
  const store = await openStore(home);
  request.onStage?.("measuring", 2 * predictions.length);
  try {
    const [first, second] = [await takeLook(sound, local, store, 1), await takeLook(sound, local, store, 2)];
    const looked = predictions.map((prediction, i): LookedAt => {
      const { model } = prediction;
      return { model: basename(model), file: model, prediction, looks: [first[i]!.outcome, second[i]!.outcome] };
    });
    const circumstances = { platform: local.id, date: new Date().toISOString(), intervalLevel: usualLevel };
    const unread = bad.map(({ model, failed }) => ({ model, reason: failed, unread: true }));
    return describeModels(circumstances, looked, unread);
  } finally {
    await store.close();
  }
}

function takeLook(
  { models: files, protocol, signal, inputs, signature, ...request }: EvaluateModelsRequest,
  local: LocalPlatform,
  store: Store,
  repeat: number,
): Promise<Measurement[]> {
  const models = files.map((path) => {
    const bytes = fileForEngine(path, local, { inputs, signature });
    return { subject: fileSubject(basename(path), bytes, readModelBytes(path)), bytes };
  });
  return measureModels({
    store,
    engine: local.engine,
    platform: local.platform,
    models,
    protocol: protocolNamed(protocol),
    purpose: "test",
    repeat,
    again: true,
    signal,
    onProgress: ({ done, total }) =>
      request.onProgress?.((repeat - 1) * models.length + Math.round((models.length * done) / total)),
  });
}
