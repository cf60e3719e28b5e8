/**
 * Our method. Every source that is close counts: their log latencies at the same config are the offset and the slopes of a
 * residual process per kernel type, measured in rounds on representative configs. See docs/results/recorded-transfer.md.
 */
import { LitepredError, median, usualLevel } from "../../base/index.js";
import type { KernelConfig } from "../../kernels/index.js";
import { describeKernel } from "../adapted-kernel.js";
import { type FittedKernel, runAdaptationLoop } from "../choosing/loop.js";
import type { KernelRecord } from "../choosing/record.js";
import { selectColumns, selectRows, type Table } from "../process/columns.js";
import { type ConfigColumns, fitConfigColumns } from "../process/config-columns.js";
import { createDesign, type Design, type DesignRows } from "../process/design.js";
import { fitKernelModel, type KernelModel } from "../process/kernel-model.js";
import type { SourcePrior } from "../process/narrow-prior.js";
import { scoreQuantile } from "../process/score-quantile.js";
import { sourceLogs } from "../process/source-logs.js";
import { learnSourcePrior } from "../process/source-prior.js";
import { closestSources, sourceWeights } from "../process/source-weights.js";
import { typicalSources } from "../process/typical-sources.js";
import type {
  Adaptation,
  AdaptationKernel,
  AdaptationTask,
  AdaptedKernel,
  LatencyPrediction,
  TransferMethod,
} from "../types.js";

/** More sources than this only add slopes to be fitted; the closest are kept. Choice. */
const sourceLimit = 5;
/** A first fit tells the kernel types' errors apart, so that the rest goes where it is needed. */
const rounds = [0.4, 0.7, 1];
/** Sources of a large pool that are looked at before anything is measured: they stand for the others. Choice. */
const sourcesAtFirst = 8;

export const defaultMethod: TransferMethod = {
  name: "default",
  summary: "all close sources and the config explain the target through a residual Gaussian process per kernel type",
  adapt: adaptByResidualProcess,
};

/** Everything about one kernel type that does not depend on measurements. */
interface Subject {
  readonly kernel: AdaptationKernel;
  readonly encode: (configs: readonly KernelConfig[]) => ConfigColumns;
  readonly columns: ConfigColumns;
  /** ln ms, candidates × sources. */
  readonly logs: Table;
  /** Of all sources together; its place in the budget is nothing, it looks at the pool alone. */
  readonly learned?: SourcePrior;
}

interface Fit extends FittedKernel {
  readonly model: KernelModel;
  readonly design: Design;
  /** Indices of the kernel's sources that are used, and their shares of the offset. */
  readonly sources: readonly number[];
  readonly weights: Float64Array;
  readonly donors: readonly string[];
}

async function adaptByResidualProcess(task: AdaptationTask): Promise<Adaptation> {
  const subjects: Subject[] = [];
  // One after the other: a source may train a model to answer, and trainings side by side only fight for the cores.
  for (const kernel of task.kernels) subjects.push(await createSubject(kernel, task.seed));
  const result = await runAdaptationLoop<Fit>(task, {
    spaces: subjects.map(samplingSpace),
    pick: "member",
    sizes: subjects.map(({ logs }) => meanSource(logs).map(Math.exp)),
    rounds: task.atOnce ? [1] : rounds,
    fit: async (record, k, before) => fitSubject(subjects[k]!, record, before, task.signal),
  });
  const { session, fits } = result;
  if (fits.every((fit) => fit === undefined))
    throw new LitepredError(
      "no-data",
      `none of the ${session.used()} configs asked for could be measured`,
      "see the failures' reasons",
    );
  const kernels = subjects.map((subject, k) => {
    const fit = fits[k];
    const record = session.records[k]!;
    const others = fits.flatMap((other, i) => (other === undefined || i === k ? [] : [...other.model.scores]));
    const adapted = fit
      ? adaptedKernel(subject, record, fit, others)
      : unmeasuredKernel(subject, record, fits, session.records);
    return [subject.kernel.type.name, adapted] as const;
  });
  const { rounds: done, goalReached } = result;
  return {
    method: "default",
    kernels: new Map(kernels),
    measurementsUsed: session.used(),
    rounds: done,
    goalReached,
  };
}

async function createSubject(kernel: AdaptationKernel, seed: number): Promise<Subject> {
  const encode = fitConfigColumns(kernel.type, kernel.candidates);
  const columns = encode(kernel.candidates);
  const logs = await sourceLogs(kernel.sources, kernel.candidates);
  const learned = learnSourcePrior(columns, selectColumns(logs, typicalSources(logs, sourcesAtFirst, seed)), seed);
  return { kernel, encode, columns, logs, ...(learned && { learned }) };
}

const equalWeights = (count: number) => new Float64Array(count).fill(1 / count);

/** Configs are representative in what the process sees before anything is measured: config and sources alike. */
function samplingSpace({ logs: all, columns }: Subject): Table {
  const logs = selectColumns(all, typicalSources(all, sourcesAtFirst, 0));
  return createDesign(equalWeights(logs.columns), logs, columns.smooth).rows(columns, logs).smooth.inputs;
}

function fitSubject(subject: Subject, record: KernelRecord, before: Fit | undefined, signal?: AbortSignal): Fit {
  const y = Float64Array.from(record.logs);
  const sources = closestSources(selectRows(subject.logs, record.measured), y, sourceLimit);
  const logs = selectColumns(subject.logs, sources);
  const weights = sourceWeights(selectRows(logs, record.measured), y);
  const design = createDesign(weights, logs, subject.columns.smooth);
  const same = before !== undefined && before.sources.join() === sources.join();
  const model = fitKernelModel(design.rows(subject.columns, logs), record.measured, y, design.form, {
    ...(same && { start: before.model.hyperparameters }),
    ...(subject.learned && { learned: subject.learned }),
    ...(signal && { signal }),
  });
  const { heldOutErrors, heldOutLogs } = model;
  const donors = donorsOf(subject, sources, weights);
  return { model, design, sources, weights, heldOutErrors, heldOutLogs, donors };
}

/** Most weight first. */
const donorsOf = ({ kernel }: Subject, sources: readonly number[], weights: Float64Array): string[] =>
  sources
    .map((s, i) => ({ platform: kernel.sources[s]!.platform, weight: weights[i]! }))
    .sort((a, b) => b.weight - a.weight)
    .map(({ platform }) => platform);

async function designRows(subject: Subject, fit: Fit, configs: readonly KernelConfig[]): Promise<DesignRows> {
  const sources = fit.sources.map((s) => subject.kernel.sources[s]!);
  return fit.design.rows(subject.encode(configs), await sourceLogs(sources, configs));
}

function adaptedKernel(subject: Subject, record: KernelRecord, fit: Fit, others: readonly number[]): AdaptedKernel {
  return {
    donors: fit.donors,
    ...describeKernel(record, fit.heldOutErrors),
    async predict(configs, level = usualLevel) {
      const { mean, deviation } = fit.model.predict(await designRows(subject, fit, configs));
      const factor = scoreQuantile(fit.model.scores, others, level);
      return Array.from(mean, (log, i) => {
        const half = factor * deviation[i]!;
        return { latencyMs: Math.exp(log), lowMs: Math.exp(log - half), highMs: Math.exp(log + half) };
      });
    },
  };
}

/** Nothing was measured: the sources' mean times the ratio that the target has on its other kernel types. */
function unmeasuredKernel(
  { kernel, logs }: Subject,
  record: KernelRecord,
  fits: readonly (Fit | undefined)[],
  records: readonly KernelRecord[],
): AdaptedKernel {
  const described = describeKernel(record, []);
  return {
    donors: kernel.sources.map((source) => source.platform),
    ...described,
    async predict(configs) {
      if (logs.columns === 0)
        throw new LitepredError(
          "no-predictor",
          `kernel type "${kernel.type.name}": ${described.weak}, and there is no source`,
        );
      const own = await sourceLogs(kernel.sources, configs);
      const ratios = await otherRatios(kernel, fits, records);
      return Array.from({ length: own.rows }, (_, i) => roughPrediction(rowMean(own, i), ratios));
    },
  };
}

/** ln(target ÷ mean source) of the measured configs of the other kernel types. */
async function otherRatios(
  kernel: AdaptationKernel,
  fits: readonly (Fit | undefined)[],
  records: readonly KernelRecord[],
): Promise<number[]> {
  const ratios: number[] = [];
  for (const [k, record] of records.entries()) {
    const names = new Set(kernel.sources.map((source) => source.platform));
    const sources = record.kernel.sources.filter((source) => names.has(source.platform));
    if (fits[k] === undefined || sources.length === 0) continue;
    const own = await sourceLogs(
      sources,
      record.measured.map((row) => record.kernel.candidates[row]!),
    );
    record.logs.forEach((log, i) => {
      ratios.push(log - rowMean(own, i));
    });
  }
  return ratios;
}

/** Interval: a factor of 4 either way, at any level; kernel types differ in ratio about that much between engines. Choice. */
function roughPrediction(log: number, ratios: readonly number[]): LatencyPrediction {
  const latencyMs = Math.exp(log + (ratios.length > 0 ? median(ratios) : 0));
  return { latencyMs, lowMs: latencyMs / 4, highMs: latencyMs * 4 };
}

const meanSource = (logs: Table): Float64Array => Float64Array.from({ length: logs.rows }, (_, i) => rowMean(logs, i));

function rowMean({ columns, values }: Table, row: number): number {
  let total = 0;
  for (let s = 0; s < columns; s++) total += values[row * columns + s]!;
  return total / columns;
}
