/** Each baseline fitted for one target: from what was measured there (and on other platforms) to ms of the test architectures. */
import { type ComputeBackend, createRandom, mean } from "../../base/index.js";
import {
  brpNasRowForm,
  fitFlopsModel,
  fitLookUp,
  fitNnMeter,
  type HelpDevice,
  helpReferences,
  helpRowForm,
  helpTask,
  type KernelList,
  type MeasuredKernels,
  trainBrpNas,
  trainHelp,
} from "../../baselines/index.js";
import { spearman } from "../../evaluation/index.js";
import { leastSquaresLine, type MetaModel, type Samples, takeSamples } from "../../learning/index.js";
import type { MeasuredArchitecture } from "../transfer/report.js";
import { fitEncoding } from "./encoding.js";
import type { BaselineMethod } from "./plan.js";

export interface BaselineTask {
  readonly backend: ComputeBackend;
  readonly kernels: readonly MeasuredKernels[];
  /** Architectures of the target that may be looked at, and those to predict. */
  readonly looked: readonly MeasuredArchitecture[];
  readonly test: readonly MeasuredArchitecture[];
  /** Other platforms: ms by name of architecture. */
  readonly others: readonly ReadonlyMap<string, number>[];
  readonly seed: number;
  /** Smaller trainings, for tests. */
  readonly episodes?: number | undefined;
  readonly epochs?: number | undefined;
  readonly trees?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface BaselineOutcome {
  readonly predictedMs: Float64Array;
  /** Looked at on the target. */
  readonly kernels: number;
  readonly architectures: number;
}

export type Fitted = Exclude<BaselineMethod, "litepred" | "default" | "adapt">;

export async function fitBaseline(method: Fitted, task: BaselineTask): Promise<BaselineOutcome> {
  const { kernels, looked, test, seed, trees, signal } = task;
  const lists = test.map(({ detection }) => detection);
  const kernelCount = kernels.reduce((total, { configs }) => total + configs.length, 0);
  const ofKernels = (predictedMs: Float64Array) => ({ predictedMs, kernels: kernelCount, architectures: 0 });
  const ofModels = (predictedMs: Float64Array) => ({ predictedMs, kernels: 0, architectures: looked.length });
  switch (method) {
    case "flops":
      return ofModels(fitFlopsModel(looked, false)(lists));
    case "flops+params":
      return ofModels(fitFlopsModel(looked, true)(lists));
    case "look-up":
      return ofKernels(fitLookUp(kernels)(lists));
    case "nn-meter":
      return ofKernels(fitNnMeter(kernels, { seed, signal, ...(trees !== undefined && { trees }) })(lists));
    case "brp-nas":
      return ofModels(await fitBrpNas(task, lists));
    case "help":
      return fitHelp(task, lists, 10);
    case "help*":
      return fitHelp(task, lists, Math.max(10, looked.length - helpReferences));
    default:
      return method satisfies never;
  }
}

/** Of its published epochs a few hundred: there are a tenth as many architectures. */
const brpNasEpochs = 200;

async function fitBrpNas(
  { backend, looked, seed, epochs = brpNasEpochs, signal }: BaselineTask,
  lists: readonly KernelList[],
): Promise<Float64Array> {
  const own = looked.map(({ detection }) => detection);
  const encoding = fitEncoding(own);
  const model = await trainBrpNas(
    backend,
    brpNasRowForm(encoding.columns),
    encoding.encode(own),
    looked.map(({ measuredMs }) => measuredMs),
    { seed, signal, recipe: { epochs } },
  );
  const predicted = await model.predict(encoding.encode(lists));
  await model.release();
  return positive(predicted, looked);
}

/** A line or a network may go below 0; no architecture takes less than a tenth of the fastest that was measured. */
function positive(predicted: Float64Array, looked: readonly MeasuredArchitecture[]): Float64Array {
  const least = Math.min(...looked.map(({ measuredMs }) => measuredMs)) / 10;
  return predicted.map((ms) => Math.max(ms, least));
}

/** Rows of a training episode's query; fewer where fewer architectures were measured everywhere. */
const queryRows = 100;

async function fitHelp(task: BaselineTask, lists: readonly KernelList[], wanted: number): Promise<BaselineOutcome> {
  const { backend, looked, test, others, seed, episodes = 1000, signal } = task;
  const all = [...looked, ...test];
  const encoding = fitEncoding(all.map(({ detection }) => detection));
  const samples = encoding.encode(all.map(({ detection }) => detection));
  const form = helpRowForm(encoding.columns);
  const random = createRandom(seed).fork("help");
  const order = random.shuffle(looked.map((_, i) => i));
  const [references, rest] = [order.slice(0, helpReferences), order.slice(helpReferences)];
  const support = Math.min(wanted, rest.length);
  const devices = others.flatMap((latencies) => deviceOf(all, references, latencies) ?? []);
  if (devices.length === 0 || support === 0)
    return { predictedMs: lists.map(() => Number.NaN) as never, kernels: 0, architectures: 0 };
  const own: HelpDevice = {
    referencesMs: references.map((i) => looked[i]!.measuredMs),
    rows: rest,
    latenciesMs: rest.map((i) => looked[i]!.measuredMs),
  };
  const smallest = Math.min(
    ...devices.map(({ rows }) => Math.floor(rows.length * 0.9) - Math.floor(rows.length * 0.1)),
  );
  const query = Math.max(1, Math.min(queryRows, smallest - support));
  const model = await trainHelp(backend, {
    form,
    samples,
    devices,
    recipe: { episodes, supportRows: support, queryRows: query, scoreEvery: Math.min(50, episodes) },
    seed,
    signal,
    score: (candidate) => scoreOnSources(candidate, devices, samples, form, support),
  });
  const adapted = helpTask(
    form,
    samples,
    own,
    own.rows.map((_, i) => i),
    0,
    support,
  );
  const at = (rows: readonly number[]): Samples => ({ rows: rows.length, inputs: takeSamples(samples, form, rows) });
  const onSupport = await model.predict(adapted, at(own.rows.slice(0, support)));
  const toMs = leastSquaresLine(onSupport, Array.from(own.latenciesMs).slice(0, support));
  const predicted = await model.predict(adapted, at(test.map((_, i) => looked.length + i)));
  await model.release();
  return { predictedMs: positive(predicted.map(toMs), looked), kernels: 0, architectures: helpReferences + support };
}

/** Undefined where a reference was not measured on it. */
function deviceOf(
  all: readonly MeasuredArchitecture[],
  references: readonly number[],
  latencies: ReadonlyMap<string, number>,
): HelpDevice | undefined {
  const msOf = (i: number) => latencies.get(all[i]!.name ?? "");
  const referencesMs = references.flatMap((i) => msOf(i) ?? []);
  if (referencesMs.length < references.length) return undefined;
  const rows = all.flatMap((_, i) => (msOf(i) === undefined ? [] : [i]));
  return { referencesMs, rows, latenciesMs: rows.map((i) => msOf(i)!) };
}

/** There are too few platforms to keep some for choosing: how well each source is ranked after adapting to it. */
async function scoreOnSources(
  model: MetaModel,
  devices: readonly HelpDevice[],
  samples: Samples,
  form: ReturnType<typeof helpRowForm>,
  support: number,
): Promise<number> {
  const scores: number[] = [];
  for (const device of devices) {
    const rest = device.rows.slice(support);
    const predicted = await model.predict(
      helpTask(
        form,
        samples,
        device,
        device.rows.map((_, i) => i),
        0,
        support,
      ),
      { rows: rest.length, inputs: takeSamples(samples, form, rest) },
    );
    scores.push(spearman(predicted, Array.from(device.latenciesMs).slice(support)));
  }
  return mean(scores);
}
