/**
 * BRP-NAS: Prediction-based NAS using GCNs (Dudziak, Chau, Abdelfattah, Lee, Kim and Lane, NeurIPS 2020): a graph convolutional
 * network of four layers of 600 on the pruned cell, trained end to end on latencies of the target alone.
 *
 * Differs: no dropout (0.2 % in its code); 20 epochs of batches of 32 by a one-cycle schedule in place of 250 of batches of 10 at
 * a rate that falls on plateaus (40 epochs, or batches of 10, came within 0.01 Spearman); the target standardised. It ends in one linear layer, as published.
 */
import type { ComputeBackend } from "../../base/index.js";
import {
  createForm,
  denseTrunk,
  type FormModel,
  type FormRecipe,
  graphTrunk,
  type NetworkForm,
  type Samples,
  type TrainProgress,
  trainForm,
} from "../../learning/index.js";
import { type CellOperations, cellNodes, graphSamples, ofaColumns, prunedCell } from "../architecture-graph.js";

/** As published. */
const hidden = 600;
const layers = 4;
const labels = ["nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3", "input", "output"];

export const brpNasRecipe: FormRecipe = {
  loss: "l2",
  batch: 32,
  epochs: 20,
  learningRate: 8e-4,
  schedule: "one-cycle",
  weightDecay: 5e-4,
};

export const brpNasCellForm = (units = hidden): NetworkForm =>
  createForm(graphTrunk(cellNodes + 1, labels.length + 1, units, layers), { layers: 0, embedding: 0 });

/** A chain has no graph worth the name: the layers of the same width on one-hot rows. */
export const brpNasRowForm = (columns = ofaColumns): NetworkForm =>
  createForm(denseTrunk(columns, hidden, layers), { layers: 0, embedding: 0 });

export const brpNasCellSamples = (cells: readonly CellOperations[]): Samples =>
  graphSamples(cells.map(prunedCell), { labels, fromPredecessors: false });

export interface BrpNasOptions {
  readonly recipe?: Partial<FormRecipe>;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  onProgress?(progress: TrainProgress): void;
}

export const trainBrpNas = (
  backend: ComputeBackend,
  form: NetworkForm,
  samples: Samples,
  latenciesMs: ArrayLike<number>,
  { recipe, ...options }: BrpNasOptions,
): Promise<FormModel> => trainForm(backend, form, samples, latenciesMs, { ...brpNasRecipe, ...recipe, ...options });
