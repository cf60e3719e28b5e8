/**
 * The main job on this machine, end to end: the pool is adapted to this machine's ONNX Runtime, example models that no step
 * has seen are predicted, then measured (twice, for the noise) and compared.
 */
import { median } from "../base/index.js";
import { detectKernels } from "../kernels/index.js";
import { openStore } from "../measurements/index.js";
import { openPool } from "../pool/index.js";
import { loadPlatformPredictor, type ModelPrediction } from "../predictors/index.js";
import { buildExampleModel, exampleModelNames } from "../spaces/index.js";
import type { AdaptationRound } from "../transfer/index.js";
import { writeOnnx } from "../writers/index.js";
import { type AdaptReport, adaptPlatform } from "./adapt.js";
import { briefProtocol } from "./architectures.js";
import { measurePasses } from "./measure-passes.js";
import { openLocalPlatform, rulesOf } from "./workspace.js";

export interface StartRequest {
  readonly home: string;
  /** Kernels to measure. */
  readonly budget: number;
  /** Whole models for the model-level correction. */
  readonly models: number;
  readonly signal?: AbortSignal;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
  onRound?(round: AdaptationRound): void;
}

export interface StartReport {
  readonly platform: string;
  readonly adaptation: AdaptReport;
  readonly models: readonly (Omit<ModelPrediction, "kernels"> & { model: string; measuredMs: number; error: number })[];
  readonly within5: number;
  readonly within10: number;
  /** Median relative difference between two measurements of the same model. */
  readonly noise: number;
  readonly seconds: number;
}

const platformId = "local/cpu/onnxruntime-node/fp32";

export async function startHere(request: StartRequest): Promise<StartReport> {
  const started = performance.now();
  const { home, budget, models: count, ...callbacks } = request;
  const adaptation = await adaptPlatform({
    ...callbacks,
    home,
    platform: platformId,
    pools: [],
    budget,
    models: count,
    method: "default",
    protocol: "quick",
    modelPasses: { count: 1, protocol: briefProtocol },
    seed: 1,
  });
  const { predictions, graphs } = await predictExamples(home, adaptation.platform);
  request.onStage?.("measuring the examples", 2 * graphs.length);
  const measured = await measureTwice(request, graphs);
  const models = predictions.map(({ kernels: _kernels, ...prediction }, i) => {
    const measuredMs = measured.first[i]!;
    return { model: exampleModelNames[i]!, ...prediction, measuredMs, error: prediction.latencyMs / measuredMs - 1 };
  });
  const share = (limit: number) => models.filter(({ error }) => Math.abs(error) <= limit).length / models.length;
  return {
    platform: adaptation.platform,
    adaptation,
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

/** Two measurements of each example, a pass over all of them each. */
async function measureTwice(request: StartRequest, graphs: readonly ReturnType<typeof buildExampleModel>[]) {
  const { platform, engine } = await openLocalPlatform(platformId, request.home);
  const store = await openStore(request.home);
  try {
    const rows = await measurePasses({
      store,
      engine,
      platform,
      passes: 2,
      protocol: briefProtocol,
      ...(request.signal ? { signal: request.signal } : {}),
      models: graphs.map((graph, i) => ({
        name: `example/${exampleModelNames[i]}`,
        bytes: () => writeOnnx(graph, { seed: 1 }),
      })),
      onProgress: ({ done, total }) => request.onProgress?.(Math.round((2 * graphs.length * done) / total)),
    });
    const [first = [], second = []] = rows.map((pass) =>
      pass.map(({ outcome }) => (outcome.status === "ok" ? outcome.latencyMs : Number.NaN)),
    );
    return { first, second };
  } finally {
    await store.close();
  }
}
