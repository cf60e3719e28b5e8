/** Trains a network form on samples, whole epochs inside the engine, and predicts with it. */
import { type ComputeBackend, createRandom } from "../base/index.js";
import { gatherRows, shuffledEpoch } from "./batches.js";
import { abs, mean, mul, square, sub } from "./graph/elementwise.js";
import { expressionModel } from "./graph/emit.js";
import { type Expression, leaf, type Shape, sizeOf } from "./graph/expression.js";
import type { TrainProgress } from "./learner.js";
import { learningRateAt } from "./learning-rate.js";
import type { NetworkRecipe } from "./network.js";
import { type Expressions, type NetworkForm, type Samples, takeSamples } from "./network-form.js";
import { fitStandardisation } from "./standardise.js";
import { createTrainer, type ParameterValues } from "./trainer.js";

export interface FormRecipe
  extends Pick<NetworkRecipe, "batch" | "epochs" | "learningRate" | "schedule" | "weightDecay"> {
  readonly loss: "l1" | "l2";
}

export interface FormOptions extends FormRecipe {
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  onProgress?(progress: TrainProgress): void;
}

export interface FormModel {
  predict(samples: Samples): Promise<Float64Array>;
  release(): Promise<void>;
}

export const leavesOf = (shapes: Readonly<Record<string, Shape>>, rows: readonly number[] = []): Expressions =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, leaf([...rows, ...shape])]));

/** The target is standardised; a form with an embedding is not trained here but in meta-learning. */
export async function trainForm(
  backend: ComputeBackend,
  form: NetworkForm,
  samples: Samples,
  targets: ArrayLike<number>,
  options: FormOptions,
): Promise<FormModel> {
  const scale = fitStandardisation({ rows: samples.rows, columns: 1, values: Float64Array.from(targets) });
  const [centre, deviation] = [scale.mean[0]!, scale.deviation[0]!];
  const y = Float32Array.from(targets, (value) => (value - centre) / deviation);
  const parameters = await fitParameters(backend, form, samples, y, options);
  const predictor = await createFormPredictor(backend, form, parameters);
  return {
    predict: async (wanted) => (await predictor.predict(wanted)).map((value) => centre + deviation * value),
    release: predictor.release,
  };
}

async function fitParameters(
  backend: ComputeBackend,
  form: NetworkForm,
  samples: Samples,
  targets: Float32Array,
  options: FormOptions,
): Promise<ParameterValues> {
  const random = createRandom(options.seed);
  const batch = Math.min(options.batch, samples.rows);
  const inputs = leavesOf(form.inputs, [batch]);
  const [y, weight] = [leaf([batch, 1]), leaf([batch, 1])];
  const leaves = leavesOf(form.parameters);
  const error = sub(form.output(inputs, leaves), y);
  const loss = mean(mul(options.loss === "l1" ? abs(error) : square(error), weight));
  const parameters = Object.fromEntries(Object.entries(leaves).map(([name, x]) => [name, { leaf: x, rate: 1 }]));
  const problem = { batches: { ...inputs, y, weight }, parameters, loss, decays: options.weightDecay > 0 };
  const trainer = await createTrainer(backend, problem, initialOf(form, random), options);
  try {
    for (let epoch = 0; epoch < options.epochs; epoch++) {
      const { rows, weights, steps } = shuffledEpoch(samples.rows, batch, random);
      const batches = { ...takeSamples(samples, form, rows), y: gatherRows(targets, 1, rows), weight: weights };
      const rates = Array.from({ length: steps }, (_, step) => learningRateAt(options, epoch, step, steps));
      const lossNow = await trainer.run(batches, rates);
      options.onProgress?.({ epoch: epoch + 1, epochs: options.epochs, loss: lossNow });
    }
    return trainer.parameters();
  } finally {
    await trainer.release();
  }
}

export const initialOf = (form: NetworkForm, random: ReturnType<typeof createRandom>): Record<string, Float32Array> =>
  Object.fromEntries(Object.keys(form.parameters).map((name) => [name, form.initial(name, random)]));

/** Samples of one run of the engine; the last run is filled up. */
export const chunkRows = 200;

async function createFormPredictor(
  backend: ComputeBackend,
  form: NetworkForm,
  parameters: ParameterValues,
): Promise<FormModel> {
  const inputs = leavesOf(form.inputs, [chunkRows]);
  const leaves = leavesOf(form.parameters);
  const stored = new Map<Expression, Float32Array>(
    Object.entries(leaves).map(([name, expression]) => [expression, parameters[name]!]),
  );
  const named = Object.fromEntries(Object.entries(inputs).map(([name, expression]) => [name, { expression }]));
  const session = await backend.createSession(
    expressionModel(named, { prediction: form.output(inputs, leaves) }, stored),
  );
  return {
    predict: (samples) => inChunks(samples, form, async (feeds) => (await session.run(feeds)).prediction!.values),
    release: () => session.release(),
  };
}

type Feeds = Record<string, { readonly shape: Shape; readonly values: Float32Array }>;

/** Calls `run` with chunks of samples; rows behind the last repeat it. */
export async function inChunks(
  samples: Samples,
  form: NetworkForm,
  run: (feeds: Feeds) => Promise<ArrayLike<number | bigint>>,
): Promise<Float64Array> {
  const out = new Float64Array(samples.rows);
  for (let from = 0; from < samples.rows; from += chunkRows) {
    const rows = Array.from({ length: chunkRows }, (_, i) => Math.min(from + i, samples.rows - 1));
    const values = takeSamples(samples, form, rows);
    const feeds = Object.fromEntries(
      Object.entries(values).map(([name, own]) => [name, { shape: [chunkRows, ...form.inputs[name]!], values: own }]),
    );
    const predicted = await run(feeds);
    for (let i = 0; i < chunkRows && from + i < samples.rows; i++) out[from + i] = Number(predicted[i]);
  }
  return out;
}

/** Bytes of no more than this many values are fed at a time. */
export const sampleSize = (form: NetworkForm): number =>
  Object.values(form.inputs).reduce((total, shape) => total + sizeOf(shape), 0);
