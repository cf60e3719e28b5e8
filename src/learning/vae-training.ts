import { type ComputeBackend, createRandom, LitepredError, type Random } from "../base/index.js";
import { gatherRows } from "./batches.js";
import { slice, sum } from "./graph/arrangement.js";
import { add, exp, log, mul, negative, square, sub } from "./graph/elementwise.js";
import { constant, type Expression, leaf } from "./graph/expression.js";
import type { TrainingProblem } from "./graph/training-problem.js";
import type { Matrix } from "./learner.js";
import { networkExpression } from "./network-expression.js";
import { initialParameters } from "./network-training.js";
import { requireTrainingSet } from "./standardise.js";
import { createTrainer } from "./trainer.js";
import { createVae, DECODER, ENCODER, vaeLayers } from "./vae-model.js";
import { adaptiveBeta, type Vae, type VaeOptions, type VaeState } from "./vae-types.js";

/** Balance of the published β schedule for kernel configs. */
const BALANCE = 8;

export async function trainVae(
  backend: ComputeBackend,
  x: Matrix,
  weights: ArrayLike<number> | undefined,
  options: VaeOptions,
): Promise<Vae> {
  requireTrainingSet(x, new Float64Array(x.rows), weights);
  if (!x.values.every((value) => value >= 0 && value <= 1))
    throw new LitepredError("invalid-table", "a VAE is trained on values between 0 and 1", "scale the columns first");
  const { layers = 5, hidden = 256, latent = 128, batch = 16, epochs = 20, learningRate = 1e-3 } = options;
  const settings = { inputs: x.columns, layers, hidden, latent };
  const random = createRandom(options.seed);
  const problem = vaeProblem(settings, batch, options.reconstruction ?? "squared");
  const initial = initialParameters(problem.parameters, random);
  const trainer = await createTrainer(backend, problem, initial, { signal: options.signal });
  const steps = Math.ceil((options.samplesPerEpoch ?? x.rows) / batch);
  const draw = rowSampler(x.rows, weights);
  let reconstruction = 1;
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const beta = betaAt(options.beta, epoch, reconstruction);
      const rows = Int32Array.from({ length: steps * batch }, () => draw(random));
      const batches = {
        x: gatherRows(x.values, x.columns, rows),
        noise: Float32Array.from({ length: steps * batch * latent }, () => random.normal()),
        beta: new Float32Array(steps).fill(beta),
      };
      const rate = typeof learningRate === "number" ? learningRate : learningRate(epoch);
      reconstruction = await trainer.run(batches, new Float64Array(steps).fill(rate));
      options.onProgress?.({ epoch: epoch + 1, epochs, loss: reconstruction });
    }
    return createVae({ settings, parameters: trainer.parameters() }, backend);
  } finally {
    await trainer.release();
  }
}

const betaAt = (beta: VaeOptions["beta"] = adaptiveBeta(BALANCE), epoch: number, reconstruction: number): number =>
  typeof beta === "number" ? beta : beta(epoch, reconstruction);

function vaeProblem(
  settings: VaeState["settings"],
  batch: number,
  form: NonNullable<VaeOptions["reconstruction"]>,
): TrainingProblem {
  const { inputs, latent } = settings;
  const { encoder, decoder } = vaeLayers(settings);
  const x = leaf([batch, inputs]);
  const noise = leaf([batch, latent]);
  const beta = leaf([]);
  const encoded = networkExpression(x, encoder, ENCODER);
  const mean = slice(encoded.output, 1, 0, latent);
  const logDeviation = slice(encoded.output, 1, latent, 2 * latent);
  const z = add(mean, mul(exp(logDeviation), noise));
  const decoded = networkExpression(z, decoder, DECODER);
  const perSample = constant(1 / batch);
  const error = form === "squared" ? sum(square(sub(x, decoded.output))) : crossEntropy(x, decoded.output);
  const reconstruction = mul(error, perSample);
  const divergence = mul(divergenceFromNormal(mean, logDeviation), perSample);
  return {
    batches: { x, noise, beta },
    parameters: { ...encoded.parameters, ...decoded.parameters },
    loss: add(reconstruction, mul(beta, divergence)),
    report: reconstruction,
    decays: false,
  };
}

/** −Σ x ln p + (1 − x) ln(1 − p), finite also where p is 0 or 1. */
function crossEntropy(x: Expression, p: Expression): Expression {
  const tiny = constant(1e-6);
  const likelihood = add(mul(x, log(add(p, tiny))), mul(sub(constant(1), x), log(add(sub(constant(1), p), tiny))));
  return negative(sum(likelihood));
}

/** KL(N(μ, σ) ‖ N(0, 1)) = ½ Σ (σ² + μ² − 1 − ln σ²), summed over everything. */
export function divergenceFromNormal(mean: Expression, logDeviation: Expression): Expression {
  const twice = add(logDeviation, logDeviation);
  const spread = sub(sub(exp(twice), constant(1)), twice);
  return mul(constant(0.5), sum(add(spread, square(mean))));
}

/** Draws rows with replacement, by weight. */
function rowSampler(rows: number, weights: ArrayLike<number> | undefined): (random: Random) => number {
  if (weights === undefined) return (random) => random.integer(rows);
  const cumulated = Float64Array.from(weights);
  for (let i = 1; i < rows; i++) cumulated[i] = cumulated[i]! + cumulated[i - 1]!;
  const total = cumulated[rows - 1]!;
  if (!(total > 0)) throw new LitepredError("no-data", "there is nothing to train on: every row has weight 0");
  return (random) => {
    const target = random.next() * total;
    let low = 0;
    let high = rows - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulated[middle]! > target) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
