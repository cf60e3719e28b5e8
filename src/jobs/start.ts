/**
 * The main job on this machine, end to end: profile a small budget, train, predict example models that no step has
 * seen, then measure them (twice, for the noise) and compare.
 */
import { median } from "../base/index.js";
import { detectKernels } from "../kernels/index.js";
import { openStore } from "../measurements/index.js";
import { openPool } from "../pool/index.js";
import { loadPlatformPredictor, type ModelPrediction } from "../predictors/index.js";
import { buildExampleModel, exampleModelNames } from "../spaces/index.js";
import { writeOnnx } from "../writers/index.js";
import { fastestOf, measurePasses } from "./measure-passes.js";
import { profilePlatform } from "./platform-profile.js";
import { trainPlatform } from "./train.js";
import { openLocalPlatform, rulesOf } from "./workspace.js";

export interface StartRequest {
  readonly home: string;
  /** Kernels to measure. */
  readonly count: number;
  /** Sampled models whose kernels are timed where they run. */
  readonly profiledModels: number;
  readonly signal?: AbortSignal;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

export interface StartReport {
  readonly platform: string;
  readonly kernelsMeasured: number;
  readonly modelsMeasured: number;
  readonly models: readonly (Omit<ModelPrediction, "kernels"> & { model: string; measuredMs: number; error: number })[];
  readonly within5: number;
  readonly within10: number;
  /** Median relative difference between two measurements of the same model. */
  readonly noise: number;
  readonly seconds: number;
}

const platformId = "local/cpu/onnxruntime-node/fp32";
/** Whole models for the correction. Choice: fits the three minutes. */
const calibrationModels = 10;

export async function startHere(request: StartRequest): Promise<StartReport> {
  const started = performance.now();
  const { home } = request;
  const signal = request.signal ? { signal: request.signal } : {};
  const progress = {
    ...(request.onStage ? { onStage: request.onStage } : {}),
    ...(request.onProgress ? { onProgress: request.onProgress } : {}),
  };
  const profiled = await profilePlatform({
    home,
    platform: platformId,
    count: request.count,
    models: calibrationModels,
    profiledModels: request.profiledModels,
    sampler: "prior",
    protocol: "quick",
    passes: 2,
    seed: 1,
    ...signal,
    ...progress,
  });
  request.onStage?.("training", 100);
  await trainPlatform({
    home,
    platform: platformId,
    recipe: "default",
    seed: 1,
    ...signal,
    onProgress: (share, note) => request.onProgress?.(Math.round(share * 100), note),
  });
  const { predictions, graphs } = await predictExamples(home, profiled.platform);
  request.onStage?.("measuring the examples", 2 * graphs.length);
  const measured = await measureTwice(request, graphs);
  const models = predictions.map(({ kernels: _kernels, ...prediction }, i) => {
    const measuredMs = measured.first[i]!;
    return { model: exampleModelNames[i]!, ...prediction, measuredMs, error: prediction.latencyMs / measuredMs - 1 };
  });
  const share = (limit: number) => models.filter(({ error }) => Math.abs(error) <= limit).length / models.length;
  return {
    platform: profiled.platform,
    kernelsMeasured: profiled.measured + profiled.skipped,
    modelsMeasured: calibrationModels,
    models,
    within5: share(0.05),
    within10: share(0.1),
    noise: median(measured.first.map((ms, i) => Math.abs(measured.second[i]! / ms - 1))),
    seconds: (performance.now() - started) / 1000,
  };
}

async function predictExamples(home: string, id: string) {
  const artefact = openPool(home).load(id);
  const predictor = await loadPlatformPredictor(artefact);
  const { platform } = await openLocalPlatform(id, home);
  const graphs = exampleModelNames.map((name) => buildExampleModel(name));
  const detected = graphs.map((graph) => detectKernels(graph, rulesOf(platform, artefact.nchwcBlock)));
  const predictions = await predictor.predictAll(detected);
  await predictor.release();
  return { predictions, graphs };
}

/** Two measurements of each example, each the fastest of the sessions of two passes; the passes alternate. */
async function measureTwice(request: StartRequest, graphs: readonly ReturnType<typeof buildExampleModel>[]) {
  const { platform, engine } = await openLocalPlatform(platformId, request.home);
  const store = await openStore(request.home);
  try {
    const rows = await measurePasses({
      store,
      engine,
      platform,
      passes: 4,
      ...(request.signal ? { signal: request.signal } : {}),
      models: graphs.map((graph, i) => ({
        name: `example/${exampleModelNames[i]}`,
        bytes: () => writeOnnx(graph, { seed: 1 }),
      })),
      onProgress: ({ done, total }) => request.onProgress?.(Math.round((2 * graphs.length * done) / total)),
    });
    const latencies = (odd: number) =>
      fastestOf(rows.filter((_, pass) => pass % 2 === odd)).map(({ outcome }) =>
        outcome.status === "ok" ? outcome.latencyMs : Number.NaN,
      );
    return { first: latencies(0), second: latencies(1) };
  } finally {
    await store.close();
  }
}
