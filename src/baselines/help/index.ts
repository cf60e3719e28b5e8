/**
 * HELP: Hardware-adaptive Efficient Latency Prediction for NAS via Meta-Learning (Lee, Lee, Chong and Hwang, NeurIPS 2021;
 * settings of its public code). A predictor meta-learned over devices, adapted to a new one by ten architectures, that sees the
 * device as its latencies on ten reference architectures, scaled to 0–1.
 *
 * Differs: the divergence of the modulation is that of each task instead of the last one's; at the test, the modulation is its
 * mean instead of one draw. As published, a target's latencies are scaled by the least and the most of its whole pool, which is
 * more than ten measurements tell; ranks do not depend on it much, and milliseconds come from a fit on the ten.
 */
import type { ComputeBackend, Random } from "../../base/index.js";
import { quantile } from "../../base/index.js";
import {
  createForm,
  denseTrunk,
  graphTrunk,
  type MetaEpisodeTask,
  type MetaRecipe,
  type NetworkForm,
  type Samples,
  type TrainedMetaModel,
  type TrainProgress,
  takeSamples,
  trainMeta,
} from "../../learning/index.js";
import {
  type CellOperations,
  cellNodes,
  cellOperations,
  graphSamples,
  ofaColumns,
  wholeCell,
} from "../architecture-graph.js";

export const helpRecipe: MetaRecipe = {
  episodes: 2000,
  tasks: 8,
  supportRows: 10,
  queryRows: 200,
  innerSteps: 2,
  innerRate: 1e-3,
  learningRate: 1e-4,
  modulation: 0.01,
  divergence: 0.1,
  scoreEvery: 50,
};

const hidden = 100;
/** Architectures that a device is recognised by. */
export const helpReferences = 10;

export const helpCellForm = (): NetworkForm =>
  createForm(graphTrunk(cellNodes + 1, helpLabels.length + 1, hidden, 4), {
    layers: 2,
    embedding: helpReferences,
    graphBound: 0.05,
  });

export const helpRowForm = (columns = ofaColumns): NetworkForm =>
  createForm(denseTrunk(columns, hidden, 2), { layers: 2, embedding: helpReferences });

const helpLabels = ["input", ...cellOperations, "output"];

export const helpCellSamples = (cells: readonly CellOperations[]): Samples =>
  graphSamples(cells.map(wholeCell), { labels: helpLabels, fromPredecessors: true });

/** One device, seen through the architectures of a pool. */
export interface HelpDevice {
  /** On the reference architectures, ms. */
  readonly referencesMs: ArrayLike<number>;
  /** Rows of the samples that may be drawn, and their latencies in ms. */
  readonly rows: readonly number[];
  readonly latenciesMs: ArrayLike<number>;
}

/** Middle 80 % by latency, as published: what is left of `rows` and of their latencies. */
export function withoutExtremes(device: HelpDevice): HelpDevice {
  const { rows, latenciesMs } = device;
  const order = rows.map((_, i) => i).sort((a, b) => latenciesMs[a]! - latenciesMs[b]!);
  const kept = order.slice(Math.floor(rows.length * 0.1), Math.floor(rows.length * 0.9));
  return { ...device, rows: kept.map((i) => rows[i]!), latenciesMs: kept.map((i) => latenciesMs[i]!) };
}

/** Scaled so that the least is (1 − portion) / 2 and the most as far below 1. */
function scaler(values: ArrayLike<number>, portion: number): (value: number) => number {
  const all = Array.from(values);
  const [low, high] = [quantile(all, 0), quantile(all, 1)];
  return (value) => ((value - low) / Math.max(high - low, 1e-12)) * portion + (1 - portion) / 2;
}

/** Share of the scale that a pool's latencies take. */
const poolPortion = 0.9;

export function helpTask(
  form: NetworkForm,
  samples: Samples,
  device: HelpDevice,
  order: readonly number[],
  queryRows: number,
  supportRows = helpRecipe.supportRows,
): MetaEpisodeTask {
  const scale = scaler(device.latenciesMs, poolPortion);
  const take = (from: number, to: number) => {
    const picked = order.slice(from, to);
    const rows = picked.map((i) => device.rows[i]!);
    const inputs = takeSamples(samples, form, rows);
    return { rows: rows.length, inputs, targets: picked.map((i) => scale(device.latenciesMs[i]!)) };
  };
  const toEmbedding = scaler(device.referencesMs, 1);
  return {
    embedding: Array.from(device.referencesMs, toEmbedding),
    support: take(0, supportRows),
    query: take(supportRows, supportRows + queryRows),
  };
}

export interface HelpOptions {
  readonly form: NetworkForm;
  /** All architectures; devices name rows of them. */
  readonly samples: Samples;
  readonly devices: readonly HelpDevice[];
  readonly recipe?: Partial<MetaRecipe>;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  score(model: Pick<TrainedMetaModel, "predict">): Promise<number>;
  onProgress?(progress: TrainProgress): void;
}

export async function trainHelp(backend: ComputeBackend, options: HelpOptions): Promise<TrainedMetaModel> {
  const { form, samples, devices, seed, signal, score, onProgress } = options;
  const recipe = { ...helpRecipe, ...options.recipe };
  const pools = devices.map(withoutExtremes);
  const tasks = Math.min(recipe.tasks, devices.length);
  const draw = (random: Random) =>
    random
      .shuffle(pools)
      .slice(0, tasks)
      .map((pool) => {
        const order = random.shuffle(pool.rows.map((_, i) => i));
        return helpTask(form, samples, pool, order, recipe.queryRows, recipe.supportRows);
      });
  return trainMeta(backend, form, { ...recipe, tasks, seed, signal, draw, score, ...(onProgress && { onProgress }) });
}
