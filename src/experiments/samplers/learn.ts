/** Trains on what each sampler had measured, and tests on kernels of real networks; each training is kept as it ends. */
import { type ComputeBackend, createRandom, mean } from "../../base/index.js";
import { configKey } from "../../kernels/index.js";
import { trainKernelPredictor } from "../../predictors/index.js";
import type { KeptRuns } from "../kept-runs.js";
import type { DrawnType } from "./draw.js";
import type { Latencies, MeasuredType } from "./measure.js";
import type { SamplersPlan, Training } from "./plan.js";
import { type SamplerCeiling, type SamplerRun, type SamplerScore, scoreSampler } from "./report.js";
import type { TestKernel } from "./test-kernels.js";

export interface LearnRequest {
  readonly platform: string;
  readonly plan: SamplersPlan;
  readonly backend: ComputeBackend;
  readonly kept: KeptRuns<KeptRun>;
  readonly signal?: AbortSignal | undefined;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
  onNote?(line: string): void;
}

export interface KeptRun {
  readonly key: string;
  readonly run: SamplerRun;
}

/** Fewer measured kernels of a sampler are not compared. */
const fewestRows = 10;

/** One kernel type, measured: what there is to train on and to test with. */
interface Lesson {
  readonly measured: MeasuredType;
  readonly tested: readonly TestKernel[];
  readonly trainedOn: number;
}

/** Types are index-aligned. */
export async function learn(
  request: LearnRequest,
  drawn: readonly DrawnType[],
  measured: readonly MeasuredType[],
): Promise<{ runs: SamplerRun[]; ceilings: SamplerCeiling[] }> {
  const { platform, plan } = request;
  request.onStage?.("training", measured.length * plan.trainings.length);
  const runs: SamplerRun[] = [];
  const ceilings: SamplerCeiling[] = [];
  for (const [t, ofType] of measured.entries()) {
    const lesson = lessonOf(ofType, drawn[t]!, plan);
    const score = ceilingOf(lesson);
    if (score !== undefined) ceilings.push({ platform, type: ofType.type, score });
    if (lesson.trainedOn < fewestRows) {
      const few = `a sampler has only ${lesson.trainedOn} measured kernels`;
      request.onNote?.(`! ${ofType.type}: ${few}; the same command goes on measuring`);
      continue;
    }
    for (const training of plan.trainings) {
      request.onProgress?.(runs.length, `${ofType.type} by ${training.sampler}`);
      runs.push(await train(request, lesson, training));
    }
  }
  return { runs, ceilings };
}

function lessonOf(measured: MeasuredType, { test }: DrawnType, { count, samplers }: SamplersPlan): Lesson {
  const tested = test.filter(({ config }) => measured.latencies.has(configKey(measured.type, config)));
  const trainedOn = Math.min(count, ...samplers.map((name) => measured.pools[name]?.length ?? 0));
  return { measured, tested, trainedOn };
}

async function train(request: LearnRequest, lesson: Lesson, { sampler, recipe, seed }: Training): Promise<SamplerRun> {
  const { platform, backend, signal } = request;
  const { measured, tested, trainedOn } = lesson;
  const { type, latencies, pools } = measured;
  const configs = createRandom(`${seed}/subset`).shuffle(pools[sampler]!).slice(0, trainedOn);
  const latenciesMs = latenciesAt(latencies, type, configs);
  const key = [type, sampler, recipe, seed, trainedOn, tested.length, fingerprint(latenciesMs)].join("|");
  const run = async (): Promise<KeptRun> => {
    const predictor = await trainKernelPredictor(backend, { type, configs, latenciesMs }, { recipe, seed, signal });
    const predictedMs = await predictor.predict(tested.map(({ config }) => config));
    await predictor.release();
    const score = scoreOf(lesson, predictedMs, tested);
    return { key, run: { platform, type, sampler, recipe, seed, trainedOn, meanMs: mean(latenciesMs), score } };
  };
  return (await request.kept.findOrDo((one) => one.key === key, run)).run;
}

const latenciesAt = (latencies: Latencies, type: string, configs: readonly TestKernel["config"][]) =>
  configs.map((config) => latencies.get(configKey(type, config))!);

/** Tells sets of measurements apart. */
const fingerprint = (values: readonly number[]) =>
  values.reduce((sum, value, i) => sum + value * (1 + (i % 7)), 0).toPrecision(12);

function scoreOf({ measured: { type, latencies } }: Lesson, predictedMs: ArrayLike<number>, tested: Lesson["tested"]) {
  const configs = tested.map(({ config }) => config);
  const occurrences = tested.map((kernel) => kernel.occurrences);
  return scoreSampler({ predictedMs, measuredMs: latenciesAt(latencies, type, configs), occurrences });
}

/** The second measurement as a prediction of the first. */
function ceilingOf(lesson: Lesson): SamplerScore | undefined {
  const { type, again } = lesson.measured;
  const twice = lesson.tested.filter(({ config }) => again.has(configKey(type, config)));
  if (twice.length === 0) return undefined;
  const predictedMs = latenciesAt(
    again,
    type,
    twice.map(({ config }) => config),
  );
  return scoreOf(lesson, predictedMs, twice);
}
