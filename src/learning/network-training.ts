/** Trains networks by a recipe: whole epochs inside the engine, order and schedule from here. */
import { type ComputeBackend, createRandom, LitepredError, type Random } from "../base/index.js";
import { gatherRows, shuffledEpoch } from "./batches.js";
import { abs, div, mean, mul, square, sub } from "./graph/elementwise.js";
import { type Expression, leaf, sizeOf } from "./graph/expression.js";
import type { Parameter } from "./graph/training-problem.js";
import type { TrainedModel, TrainingSet } from "./learner.js";
import { learningRateAt } from "./learning-rate.js";
import { type NetworkOptions, type NetworkRecipe, resmlp } from "./network.js";
import { networkExpression } from "./network-expression.js";
import { createNetworkModel, type NetworkContent, readNetworkState } from "./network-model.js";
import {
  fitStandardisation,
  identityStandardisation,
  requirePositive,
  requireTrainingSet,
  standardise,
  toMeanOne,
} from "./standardise.js";
import { type BatchValues, createTrainer, type ParameterValues } from "./trainer.js";

/**
 * `options` overrides single entries of the recipe `resmlp`; `{...mlp16, seed}` trains the published net. The model predicts by
 * the same backend. Rows of weight 0 are left out.
 * @throws LitepredError "interrupted" when the signal is aborted, "no-data", "invalid-table" for what cannot be trained on.
 */
export async function trainNetwork(
  backend: ComputeBackend,
  set: TrainingSet,
  options: NetworkOptions,
): Promise<TrainedModel> {
  const recipe: NetworkRecipe = { ...resmlp, ...options };
  requireSound(recipe);
  const start = options.start === undefined ? undefined : readNetworkState(options.start);
  const prepared = prepare(set, recipe, start);
  const members: ParameterValues[] = [];
  const count = options.members ?? 1;
  for (let member = 0; member < count; member++)
    members.push(await trainMember(backend, prepared, recipe, options, member, start));
  const { columns, target } = prepared;
  return createNetworkModel({ layers: recipe.layers, target: recipe.target, columns, scale: target, members }, backend);
}

/** @throws LitepredError "bad-usage" */
function requireSound({ loss, standardise, target, layers }: NetworkRecipe): void {
  if (loss === "mape" && (standardise || target === "log"))
    throw new LitepredError("bad-usage", "the loss mape needs the raw target: neither logarithm nor standardisation");
  if (layers.at(-1)?.units !== 1) throw new LitepredError("bad-usage", "the last layer must have 1 unit");
}

interface Prepared {
  readonly rows: number;
  readonly width: number;
  /** Standardised, in single precision. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Mean 1, or undefined when all are alike. */
  readonly weights: Float64Array | undefined;
  readonly columns: NetworkContent["columns"];
  readonly target: NetworkContent["scale"];
}

function prepare(set: TrainingSet, recipe: NetworkRecipe, start: NetworkContent | undefined): Prepared {
  requireTrainingSet(set.x, set.y, set.weights);
  const { x, y, weights } = withoutWeightless(set);
  if (recipe.target === "log" || recipe.loss === "mape") requirePositive(y);
  const learned = Float64Array.from(y, (value) => (recipe.target === "log" ? Math.log(value) : value));
  const one = { rows: x.rows, columns: 1, values: learned };
  const fitted = recipe.standardise
    ? { columns: fitStandardisation(x), target: fitStandardisation(one) }
    : { columns: identityStandardisation(x.columns), target: identityStandardisation(1) };
  const columns = start?.columns ?? fitted.columns;
  const target = start?.scale ?? fitted.target;
  return {
    rows: x.rows,
    width: x.columns,
    x: Float32Array.from(standardise(x, columns)),
    y: Float32Array.from(standardise(one, target)),
    weights: weights && toMeanOne(weights),
    columns,
    target,
  };
}

/** A batch of nothing but weightless rows would teach nothing and still move the moments. */
function withoutWeightless(set: TrainingSet): TrainingSet {
  const { x, y, weights } = set;
  if (weights === undefined || !Array.from(weights).includes(0)) return set;
  const kept = Array.from({ length: x.rows }, (_, i) => i).filter((i) => weights[i] !== 0);
  if (kept.length === 0) throw new LitepredError("no-data", "there is nothing to train on: every row has weight 0");
  const values = new Float64Array(kept.length * x.columns);
  kept.forEach((row, i) => {
    values.set(x.values.subarray(row * x.columns, (row + 1) * x.columns), i * x.columns);
  });
  return {
    x: { rows: kept.length, columns: x.columns, values },
    y: kept.map((i) => y[i]!),
    weights: kept.map((i) => weights[i]!),
  };
}

/**
 * Epochs are run together until they have about this many steps: a run copies weights and moments in and out, which for the
 * published net costs as much as four steps. Choice: about a second of the published net between two looks at the signal.
 */
const STEPS_PER_RUN = 375;

async function trainMember(
  backend: ComputeBackend,
  data: Prepared,
  recipe: NetworkRecipe,
  options: NetworkOptions,
  member: number,
  start: NetworkContent | undefined,
): Promise<ParameterValues> {
  const random = createRandom(options.seed).fork(`member${member}`);
  const batch = Math.min(recipe.batch, data.rows);
  const x = leaf([batch, data.width]);
  const y = leaf([batch, 1]);
  const weight = leaf([batch, 1]);
  const { output, parameters } = networkExpression(x, recipe.layers, "layer", options.layerRates);
  const loss = mean(mul(lossOf(recipe.loss, output, y), weight));
  const initial = start?.members[member % start.members.length] ?? initialParameters(parameters, random);
  requireSameShapes(parameters, initial);
  const problem = { batches: { x, y, weight }, parameters, loss, decays: recipe.weightDecay > 0 };
  const { weightDecay, epochs } = recipe;
  const stepsPerEpoch = Math.ceil(data.rows / batch);
  const expectedSteps = epochs * stepsPerEpoch;
  const trainer = await createTrainer(backend, problem, initial, {
    weightDecay,
    expectedSteps,
    signal: options.signal,
  });
  const members = options.members ?? 1;
  const atOnce = Math.max(1, Math.round(STEPS_PER_RUN / stepsPerEpoch));
  try {
    for (let epoch = 0; epoch < epochs; epoch += atOnce) {
      const end = Math.min(epochs, epoch + atOnce);
      const { batches, rates } = epochBatches(data, recipe, batch, random, epoch, end);
      const lossNow = await trainer.run(batches, rates);
      options.onProgress?.({ epoch: member * epochs + end, epochs: members * epochs, loss: lossNow });
    }
    return trainer.parameters();
  } finally {
    await trainer.release();
  }
}

/** All batches of the epochs from `from` to before `to`. */
function epochBatches(
  data: Prepared,
  recipe: NetworkRecipe,
  batch: number,
  random: Random,
  from: number,
  to: number,
): { batches: BatchValues; rates: number[] } {
  const epochs = Array.from({ length: to - from }, (_, i) => from + i);
  const orders = epochs.map(() => shuffledEpoch(data.rows, batch, random, data.weights));
  const rows = new Int32Array(orders.reduce((total, order) => total + order.rows.length, 0));
  const weight = new Float32Array(rows.length);
  let at = 0;
  for (const order of orders) {
    rows.set(order.rows, at);
    weight.set(order.weights, at);
    at += order.rows.length;
  }
  const rates = orders.flatMap(({ steps }, i) =>
    Array.from({ length: steps }, (_, step) => learningRateAt(recipe, epochs[i]!, step, steps)),
  );
  const batches = { x: gatherRows(data.x, data.width, rows), y: gatherRows(data.y, 1, rows), weight };
  return { batches, rates };
}

function lossOf(loss: NetworkRecipe["loss"], output: Expression, y: Expression): Expression {
  const error = sub(output, y);
  switch (loss) {
    case "l1":
      return abs(error);
    case "l2":
      return square(error);
    case "mape":
      return abs(div(error, y));
    default:
      return loss satisfies never;
  }
}

/** Uniform within ±1/√fan-in for weights and biases, as PyTorch's Linear. */
export function initialParameters(
  parameters: Readonly<Record<string, Parameter>>,
  random: Random,
): Record<string, Float32Array> {
  let fanIn = 1;
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { leaf: x }]) => {
      if (!name.endsWith(".bias")) fanIn = x.shape[0]!;
      const bound = 1 / Math.sqrt(fanIn);
      return [name, Float32Array.from({ length: sizeOf(x.shape) }, () => bound * (2 * random.next() - 1))];
    }),
  );
}

function requireSameShapes(parameters: Readonly<Record<string, Parameter>>, initial: ParameterValues): void {
  for (const [name, { leaf: x }] of Object.entries(parameters))
    if (initial[name]?.length !== sizeOf(x.shape))
      throw new LitepredError(
        "invalid-table",
        `the model to start from has ${initial[name]?.length ?? "no"} values for ${name}, ${sizeOf(x.shape)} are needed`,
        "warm starts need the same layers and the same columns",
      );
}
