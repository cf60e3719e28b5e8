/**
 * The published method (LitePred, NSDI '24, §4.2–4.3): representative configs are measured, per kernel type the source of
 * lowest KL divergence is taken, and all weights of its 16-layer MLP are trained on by the published recipe.
 * Differs: it has intervals, split-conformal on a fifth of the measurements, which a first finetuning leaves out.
 */
import { type ComputeBackend, conformalQuantile, LitepredError, relativeError, usualLevel } from "../../base/index.js";
import { extractFeatures, featureNames, type KernelConfig, type KernelType } from "../../kernels/index.js";
import {
  type LearnerState,
  type Matrix,
  mlp16,
  type NetworkRecipe,
  type TrainedModel,
  type TrainingSet,
  type TrainOptions,
  trainNetwork,
} from "../../learning/index.js";
import { describeKernel } from "../adapted-kernel.js";
import { type FittedKernel, runAdaptationLoop } from "../choosing/loop.js";
import type { KernelRecord } from "../choosing/record.js";
import { fitConfigColumns } from "../process/config-columns.js";
import { rankSources } from "../similarity.js";
import type { AdaptationTask, AdaptedKernel, MeasuredTable, Source, TransferMethod } from "../types.js";

/** Every fifth measurement calibrates the intervals. Choice. */
const calibrationShare = 5;
/** The raw output of the published net is not bounded; a latency is. */
const leastMs = 1e-6;

/** Which source, by divergence. The published method takes the lowest; the others show what that is worth. */
export type DonorRank = "lowest" | "median" | "highest";

/** `recipe`: the published one, except in tests. */
export function createLitepredMethod(
  backend: ComputeBackend,
  recipe: NetworkRecipe = mlp16,
  rank: DonorRank = "lowest",
): TransferMethod {
  const name = rank === "lowest" ? "litepred" : `litepred-${rank}`;
  return {
    name,
    summary: `per kernel type the source of ${rank} KL divergence, all weights of its MLP finetuned${rank === "lowest" ? ": the published method" : ""}`,
    async adapt(task) {
      const { session, fits, rounds } = await runAdaptationLoop<Fit>(task, {
        spaces: task.kernels.map(({ type, candidates }) => fitConfigColumns(type, candidates)(candidates).smooth),
        rounds: [1],
        fit: (record) => finetune(backend, recipe, rank, record, task),
      });
      const kernels = session.records.map(
        (record, k) => [record.kernel.type.name, adaptedKernel(record, fits[k])] as const,
      );
      return { method: name, kernels: new Map(kernels), measurementsUsed: session.used(), rounds };
    },
  };
}

interface Fit extends FittedKernel {
  readonly donor?: string;
  readonly model: TrainedModel;
  /** |ln(measured ÷ predicted)| of the same rows as `heldOutErrors`. */
  readonly logErrors: readonly number[];
}

async function finetune(
  backend: ComputeBackend,
  recipe: NetworkRecipe,
  rank: DonorRank,
  record: KernelRecord,
  task: AdaptationTask,
): Promise<Fit> {
  const { kernel, measured, logs } = record;
  const configs = measured.map((row) => kernel.candidates[row]!);
  const latencies = Float64Array.from(logs, Math.exp);
  const donor = await donorOf(rank, kernel.sources, configs, latencies);
  const start = await donor?.network?.();
  const options = { ...recipe, seed: task.seed, ...(task.signal && { signal: task.signal }), ...(start && { start }) };
  const train = (rows: readonly number[]) =>
    trainNetwork(backend, publishedSet(kernel.type, configs, latencies, rows), options);
  const all = configs.map((_, i) => i);
  const calibration = all.filter((i) => i % calibrationShare === calibrationShare - 1);
  const heldOutErrors: number[] = [];
  const logErrors: number[] = [];
  if (calibration.length > 0) {
    const first = await train(all.filter((i) => !calibration.includes(i)));
    const predicted = await first.predict(
      publishedMatrix(
        kernel.type,
        calibration.map((i) => configs[i]!),
      ),
    );
    await first.release();
    calibration.forEach((row, i) => {
      const predictedMs = Math.max(predicted[i]!, leastMs);
      heldOutErrors.push(relativeError(predictedMs, latencies[row]!));
      logErrors.push(Math.abs(Math.log(latencies[row]! / predictedMs)));
    });
  }
  return { ...(donor && start && { donor: donor.platform }), model: await train(all), heldOutErrors, logErrors };
}

async function donorOf(
  rank: DonorRank,
  sources: readonly Source[],
  configs: readonly KernelConfig[],
  measuredMs: Float64Array,
): Promise<Source | undefined> {
  const usable = sources.filter((source) => source.network !== undefined);
  const predictions: { platform: string; latenciesMs: Float64Array }[] = [];
  for (const source of usable)
    predictions.push({ platform: source.platform, latenciesMs: await source.latencies(configs) });
  const ranked = rankSources(measuredMs, predictions);
  const place = { lowest: 0, median: Math.floor((ranked.length - 1) / 2), highest: ranked.length - 1 }[rank];
  return usable.find((source) => source.platform === ranked[place]?.platform);
}

/** The published network on the whole of a source's table: what the method finetunes. Seed 0. */
export async function trainPublishedNetwork(
  backend: ComputeBackend,
  type: KernelType,
  { configs, latenciesMs }: MeasuredTable,
  options: Omit<TrainOptions, "seed"> = {},
  recipe: NetworkRecipe = mlp16,
): Promise<LearnerState> {
  const model = await trainNetwork(backend, publishedSet(type, configs, latenciesMs), {
    ...recipe,
    ...options,
    seed: 0,
  });
  const state = model.toState();
  await model.release();
  return state;
}

/** What the published network is trained on: raw config, FLOPs and parameters in millions → ms. Rows default to all. */
function publishedSet(
  type: KernelType,
  configs: readonly KernelConfig[],
  latenciesMs: Float64Array,
  rows: readonly number[] = configs.map((_, i) => i),
): TrainingSet {
  return {
    x: publishedMatrix(
      type,
      rows.map((i) => configs[i]!),
    ),
    y: Float64Array.from(rows, (i) => latenciesMs[i]!),
  };
}

function publishedMatrix(type: KernelType, configs: readonly KernelConfig[]): Matrix {
  const columns = featureNames(type, "published").length;
  return { rows: configs.length, columns, values: extractFeatures(type, configs, "published") };
}

function adaptedKernel(record: KernelRecord, fit: Fit | undefined): AdaptedKernel {
  const type = record.kernel.type;
  const described = describeKernel(record, fit?.heldOutErrors ?? []);
  const errors = Array.from(fit?.logErrors ?? []).sort((a, b) => a - b);
  return {
    donors: fit?.donor === undefined ? [] : [fit.donor],
    ...described,
    async predict(configs, level = usualLevel) {
      if (fit === undefined)
        throw new LitepredError("no-predictor", `kernel type "${type.name}": ${described.weak ?? "not fitted"}`);
      const factor = Math.exp(conformalQuantile(errors, level));
      const predicted = await fit.model.predict(publishedMatrix(type, configs));
      return Array.from(predicted, (ms) => {
        const latencyMs = Math.max(ms, leastMs);
        return { latencyMs, lowMs: latencyMs / factor, highMs: latencyMs * factor };
      });
    },
  };
}
