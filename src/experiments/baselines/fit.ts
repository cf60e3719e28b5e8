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

/** Why a method cannot be run on what was measured. */
export interface CannotRun {
  readonly reason: string;
}

export type Fitted = Exclude<BaselineMethod, "litepred" | "default" | "adapt">;

export async function fitBaseline(method: Fitted, task: BaselineTask): Promise<BaselineOutcome | CannotRun> {
  const missing = missingFor(method, task);
  if (missing !== undefined) return { reason: missing };
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
      return fitHelp(task, 10);
    case "help*":
      return fitHelp(task, Math.max(10, looked.length - helpReferences));
    default:
      return method satisfies never;
  }
}

/** What a method needs and was not measured. */
function missingFor(method: Fitted, { kernels, looked }: BaselineTask): string | undefined {
  const needsKernels = method === "look-up" || method === "nn-meter";
  if (needsKernels && kernels.every(({ configs }) => configs.length === 0)) return "no kernel was measured";
  if (!needsKernels && looked.length < fewestLooked)
    return `only ${looked.length} architectures may be looked at; it needs ${fewestLooked}`;
  return undefined;
}

/** Choice: a line through fewer is none. */
const fewestLooked = 4;

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

async function fitHelp(task: BaselineTask, wanted: number): Promise<BaselineOutcome | CannotRun> {
  const { backend, looked, test, others, seed, episodes = 1000, signal } = task;
  const all = [...looked, ...test];
  const encoding = fitEncoding(all.map(({ detection }) => detection));
  const samples = encoding.encode(all.map(({ detection }) => detection));
  const form = helpRowForm(encoding.columns);
  const order = createRandom(seed)
    .fork("help")
    .shuffle(looked.map((_, i) => i));
  const known = commonReferences(looked, order, others);
  if (known === undefined)
    return {
      reason: `no other platform measured ${helpReferences} of the ${looked.length} architectures that may be looked at here; evaluate dataset with the same --count on all of them`,
    };
  const { references } = known;
  const rest = order.filter((i) => !references.includes(i));
  const support = Math.min(wanted, rest.length);
  const devices = known.platforms.map((latencies) => deviceOf(all, references, latencies));
  const smallest = Math.min(...devices.map(({ rows }) => middleOf(rows.length)));
  if (support === 0 || smallest <= support)
    return {
      reason: `after ${helpReferences} references there are ${rest.length} architectures here to adapt with, and ${smallest} on the other platforms to learn from; it needs more of them than it adapts with`,
    };
  const own: HelpDevice = {
    referencesMs: references.map((i) => looked[i]!.measuredMs),
    rows: rest,
    latenciesMs: rest.map((i) => looked[i]!.measuredMs),
  };
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

/** How many `withoutExtremes` leaves. */
const middleOf = (rows: number): number => Math.floor(rows * 0.9) - Math.floor(rows * 0.1);

/**
 * References that the target and other platforms have in common, first of `order` first: of all other platforms if there are enough of
 * them, else without those that measured fewest. Undefined where no platform has enough.
 */
export function commonReferences(
  looked: readonly MeasuredArchitecture[],
  order: readonly number[],
  others: readonly ReadonlyMap<string, number>[],
): { readonly references: readonly number[]; readonly platforms: readonly ReadonlyMap<string, number>[] } | undefined {
  const has = (latencies: ReadonlyMap<string, number>) => (i: number) => latencies.has(looked[i]!.name ?? "");
  const count = (latencies: ReadonlyMap<string, number>) => order.filter(has(latencies)).length;
  const ranked = [...others].sort((a, b) => count(b) - count(a));
  for (let platforms = ranked; platforms.length > 0; platforms = platforms.slice(0, -1)) {
    const common = order.filter((i) => platforms.every((latencies) => has(latencies)(i)));
    if (common.length >= helpReferences) return { references: common.slice(0, helpReferences), platforms };
  }
  return undefined;
}

/** The rows that were measured on it; the references among them. */
function deviceOf(
  all: readonly MeasuredArchitecture[],
  references: readonly number[],
  latencies: ReadonlyMap<string, number>,
): HelpDevice {
  const msOf = (i: number) => latencies.get(all[i]!.name ?? "");
  const rows = all.flatMap((_, i) => (msOf(i) === undefined ? [] : [i]));
  return { referencesMs: references.map((i) => msOf(i)!), rows, latenciesMs: rows.map((i) => msOf(i)!) };
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
