/** What the page may ask, each a function of data to data. */
import {
  blocksOf,
  type Ceilings,
  divergences,
  type Edit,
  editGraph,
  kernelEdges,
  kernelRows,
  type Layer,
  layerOf,
  measuredAlong,
  type StepPoint,
  stepCurve,
  variableFields,
} from "../../src/analysis/index.js";
import { LitepredError } from "../../src/base/index.js";
import type { KernelConfig } from "../../src/kernels/index.js";
import type { Repeats } from "../../src/measurements/index.js";
import type { ModelPrediction } from "../../src/predictors/index.js";
import type { Models } from "./models.js";
import type { BrowserPool, LoadedPlatform } from "./pool.js";
import type { KernelRow, ModelFacts, ModelInput, PoolPlatform, Prediction, Total } from "./protocol.js";

export interface Steps {
  readonly points: readonly StepPoint[];
  /** Mean relative error of held-out kernels of the type. */
  readonly usualError: number;
  readonly measured: readonly { readonly value: number; readonly latencyMs: number }[];
}

export interface Questions {
  pool(): Promise<readonly PoolPlatform[]>;
  /** Loads a predictor before it is needed. */
  prepare(platform: string): Promise<void>;
  open(name: string, file: Blob, inputs: readonly ModelInput[]): Promise<ModelFacts>;
  total(model: string, platform: string, level: number): Promise<Total>;
  predict(model: string, platform: string, level: number): Promise<Prediction>;
  ceilings(platform: string): Promise<Ceilings>;
  fields(type: string): Promise<string[]>;
  /** Which kernel reads what another one has made, as pairs of their indices. */
  edges(model: string, platform: string): Promise<[number, number][]>;
  /** Divergence of each platform that knows the kernel type from each other one, nats. */
  similarity(type: string): Promise<{ platforms: readonly string[]; values: number[][] }>;
  /** What can be changed about the layer among these nodes. */
  layer(model: string, nodes: readonly string[]): Promise<Layer | null>;
  /** The model with its layers changed, as a model of its own. */
  edit(model: string, edits: readonly Edit[]): Promise<ModelFacts>;
  /** How well the platform's measurements repeat; null where that is not known. */
  repeats(platform: string): Promise<Repeats | null>;
  steps(platform: string, type: string, config: KernelConfig, field: string): Promise<Steps>;
}

export function createQuestions(pool: BrowserPool, models: Models): Questions {
  return {
    pool: () => pool.list(),
    prepare: async (platform) => void (await pool.load(platform)),
    open: (name, file, inputs) => models.open(name, file, inputs),
    async total(model, platform, level) {
      const { predictor } = await pool.load(platform);
      return totalOf(platform, await predictor.predict(models.get(model).graph, level));
    },
    async predict(model, platform, level) {
      const loaded = await pool.load(platform);
      const prediction = await loaded.predictor.predict(models.get(model).graph, level);
      const { sumMs, unpredicted } = prediction;
      return {
        ...totalOf(platform, prediction),
        sumMs,
        unpredicted,
        kernels: rowsOf(prediction, await loaded.ceilings()),
      };
    },
    ceilings: async (platform) => (await pool.load(platform)).ceilings(),
    async edges(model, platform) {
      const { graph } = models.get(model);
      const { predictor } = await pool.load(platform);
      return kernelEdges(graph, predictor.detect(graph).kernels);
    },
    async similarity(type) {
      const known = (await pool.list()).filter(({ kernels }) => kernels.some((kernel) => kernel.type === type));
      const platforms = known.map(({ platform }) => platform);
      const loaded = await Promise.all(platforms.map((platform) => pool.load(platform)));
      return { platforms, values: await divergences(loaded.map((one) => kernelOf(one, type))) };
    },
    layer: async (model, nodes) => layerOf(models.get(model).graph, nodes) ?? null,
    async edit(model, edits) {
      const { facts, graph } = models.get(model);
      const id = `${model}+${JSON.stringify(edits)}`;
      return models.add(id, facts.name, editGraph(graph, edits), facts.bytes);
    },
    fields: async (type) => variableFields(type),
    repeats: async (platform) => (await (await pool.load(platform)).measured()).repeats ?? null,
    async steps(platform, type, config, field) {
      const loaded = await pool.load(platform);
      const kernel = kernelOf(loaded, type);
      const table = (await loaded.measured()).kernels[type];
      return {
        points: await stepCurve(kernel, config, field),
        usualError: kernel.heldOut.mape,
        measured: table === undefined ? [] : measuredAlong(table, config, field),
      };
    },
  };
}

const totalOf = (platform: string, { latencyMs, interval, coverage }: ModelPrediction): Total => ({
  platform,
  latencyMs,
  interval,
  coverage,
});

function rowsOf(prediction: ModelPrediction, ceilings: Ceilings): KernelRow[] {
  const rows = kernelRows(prediction, ceilings);
  const blocks = blocksOf(rows.map(({ name }) => name));
  return rows.map((row, index) => ({ ...row, index, block: blocks[index]! }));
}

function kernelOf({ predictor }: LoadedPlatform, type: string) {
  const kernel = predictor.kernels.get(type);
  if (kernel === undefined)
    throw new LitepredError("no-predictor", `${predictor.platform} has no predictor for ${type}`);
  return kernel;
}
