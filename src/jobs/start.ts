/**
 * The main job on this machine, end to end: the pool is adapted to this machine's ONNX Runtime, example models that no step has seen are
 * predicted and compared with what they take, before the adaptation and after it: the mean of both looks is what predictions are held against,
 * their difference the noise. A host that changes meanwhile is in both.
 */

import { type AdaptReport, minutesOfKernels } from "../adapting/index.js";
import { accuracyOf, median, relativeError } from "../base/index.js";
import { type Engine, encoderOf } from "../engines/index.js";
import { type Measurement, networkSubject, openStore, type Protocol } from "../measurements/index.js";
import { openPool } from "../pool/index.js";
import { loadPlatformPredictor, type ModelPrediction } from "../predictors/index.js";
import { measureModels, protocols } from "../profiling/index.js";
import { buildExampleModel, exampleModelNames } from "../spaces/index.js";
import type { AdaptationRound } from "../transfer/index.js";
import { openLocalPlatform } from "../workspace/index.js";
import { adaptPlatform } from "./adapt.js";

export interface StartRequest {
  readonly home: string;
  /** Of measuring for the adaptation. Default: what three minutes in all leave, by how long a first look at the examples takes. */
  readonly minutes?: number | undefined;
  /** Whole networks for the model-level correction. */
  readonly models: number;
  /** Default: this machine's ONNX Runtime. */
  readonly platform?: string | undefined;
  readonly engine?: Engine | undefined;
  /** Of the adaptation: more folders of predictors, sources left out, search spaces; default none, none, all. */
  readonly pools?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly spaces?: readonly string[] | undefined;
  /** Example models; default all. */
  readonly examples?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
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
  /** Share of the examples inside their interval. */
  readonly intervalCoverage: number;
  /** Median relative difference between two measurements of the same model. */
  readonly noise: number;
  readonly seconds: number;
}

const platformId = "local/cpu/onnxruntime-node/fp32";
/** Of the kernels that an engine without a profiler is asked for. */
const budget = 200;

export async function startHere(request: StartRequest): Promise<StartReport> {
  const started = performance.now();
  const { home, models: count, platform = platformId, engine, examples = exampleModelNames, signal } = request;
  const first = await lookAt(request, platform, examples, 1);
  const minutes = request.minutes ?? minutesLeft((performance.now() - started) / 1000);
  const adaptation = await adaptPlatform({
    home,
    platform,
    engine,
    pools: request.pools ?? [],
    exclude: request.exclude,
    spaces: request.spaces,
    budget,
    minutes,
    models: count,
    method: "default",
    protocol: "brief",
    seed: 1,
    signal,
    onStage: request.onStage?.bind(request),
    onProgress: request.onProgress?.bind(request),
    onRound: request.onRound?.bind(request),
  });
  const predictor = await loadPlatformPredictor(openPool(home).load(adaptation.platform));
  const predictions = await predictor.predictAll(examples.map(buildExampleModel));
  await predictor.release();
  const second = await lookAt(request, platform, examples, 2);
  const both = first.map((ms, i) => Math.sqrt(ms * second[i]!));
  const models = predictions.map(({ kernels: _kernels, ...prediction }, i) => {
    const measuredMs = both[i]!;
    return { model: examples[i]!, ...prediction, measuredMs, error: prediction.latencyMs / measuredMs - 1 };
  });
  const { within5, within10 } = accuracyOf(
    models.map(({ latencyMs }) => latencyMs),
    both,
  );
  const inside = models.filter(
    ({ interval, measuredMs }) => interval.lowMs <= measuredMs && measuredMs <= interval.highMs,
  );
  return {
    platform: adaptation.platform,
    adaptation,
    models,
    within5,
    within10,
    intervalCoverage: inside.length / models.length,
    noise: median(first.map((ms, i) => relativeError(second[i]!, ms))),
    seconds: (performance.now() - started) / 1000,
  };
}

/**
 * Longer than networks of the correction are looked at: these sixteen are the result. In 200 ms ResNet-34 runs four times, and 25 looks at it
 * spread by 7 % on a busy Xeon.
 */
const oneLook: Protocol = { ...protocols.brief, maxMs: 400 };

/**
 * `npm ci` and `npm start` in three minutes on two cores, also where they are slow: what is left of so many seconds is for measuring
 * kernels. All else, the looks at the examples, 24 whole networks and the fits, takes about five times the first look with the start of the engine
 * (20 to 27 s on a busy EPYC, where all else took 105 s). With half a minute for kernels the predictor was worse than its sources there.
 */
const wholeSeconds = 144;
const looksInAll = 4.8;
const leastMinutes = 1;
const mostMinutes = 1.4;

function minutesLeft(lookSeconds: number): number {
  const ofKernels = (wholeSeconds - looksInAll * lookSeconds) / 60;
  return Math.min(mostMinutes, Math.max(leastMinutes, ofKernels / minutesOfKernels(1)));
}

/** One look at each example, milliseconds. */
async function lookAt(
  request: StartRequest,
  id: string,
  examples: readonly string[],
  repeat: number,
): Promise<number[]> {
  request.onStage?.("measuring the examples", examples.length);
  const { platform, engine, description } = await openLocalPlatform(id, request.home, request.engine);
  const encode = encoderOf(description.format, platform.precision);
  const store = await openStore(request.home);
  try {
    const measured = await measureModels({
      store,
      engine,
      platform,
      protocol: oneLook,
      purpose: "example",
      repeat,
      signal: request.signal,
      models: examples.map((name) => ({ subject: networkSubject(name), bytes: () => encode(buildExampleModel(name)) })),
      onProgress: ({ done, total }) => request.onProgress?.(Math.round((examples.length * done) / total)),
    });
    return measured.map(latencyOf);
  } finally {
    await store.close();
  }
}

const latencyOf = ({ outcome }: Measurement) => (outcome.status === "ok" ? outcome.latencyMs : Number.NaN);
