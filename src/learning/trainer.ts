/** Runs a training loop epoch by epoch: holds parameters and moments between runs, and knows Adam's step count. */
import { type ComputeBackend, type ComputeSession, invariant, LitepredError, type TensorData } from "../base/index.js";
import { gradientScale, stepRate } from "./graph/adam.js";
import { type Shape, sizeOf } from "./graph/expression.js";
import { type StateTensor, type TrainingProblem, trainingLoop } from "./graph/training-loop.js";

export type ParameterValues = Readonly<Record<string, Float32Array>>;

export interface Trainer {
  /** One run of as many steps as there are `learningRates`. Each batch tensor is [steps, …shape]. Returns the mean loss. */
  run(batches: Readonly<Record<string, Float32Array>>, learningRates: ArrayLike<number>): Promise<number>;
  parameters(): ParameterValues;
  release(): Promise<void>;
}

export interface TrainerOptions {
  readonly weightDecay?: number;
  readonly signal?: AbortSignal | undefined;
}

export async function createTrainer(
  backend: ComputeBackend,
  problem: TrainingProblem,
  initial: ParameterValues,
  { weightDecay = 0, signal }: TrainerOptions = {},
): Promise<Trainer> {
  const { model, state } = trainingLoop(problem);
  const session = await backend.createSession(model);
  const values = packState(problem, state, initial);
  let total = 0;
  return {
    async run(batches, learningRates) {
      if (signal?.aborted) throw new LitepredError("interrupted", "training was interrupted");
      const feeds = { ...values, ...schedule(learningRates, total, problem.decays ? weightDecay : undefined) };
      for (const [name, { shape }] of Object.entries(problem.batches))
        feeds[name] = { shape: [learningRates.length, ...shape], values: batches[name]! };
      total += learningRates.length;
      return step(session, feeds, values);
    },
    parameters: () => unpackState(problem, state, values),
    release: () => session.release(),
  };
}

async function step(
  session: ComputeSession,
  feeds: Record<string, TensorData>,
  values: Record<string, TensorData>,
): Promise<number> {
  const { loss, ...next } = await session.run(feeds);
  for (const [name, tensor] of Object.entries(next)) values[name.slice("out/".length)] = tensor;
  const losses = loss!.values as Float32Array;
  return losses.reduce((sum, each) => sum + each, 0) / losses.length;
}

function schedule(learningRates: ArrayLike<number>, before: number, weightDecay?: number): Record<string, TensorData> {
  const steps = learningRates.length;
  const perStep = (f: (i: number) => number): TensorData => ({
    shape: [steps],
    values: Float32Array.from({ length: steps }, (_, i) => f(i)),
  });
  const feeds: Record<string, TensorData> = {
    steps: { shape: [], values: BigInt64Array.of(BigInt(steps)) },
    unscale: { shape: [], values: Float32Array.of(1 / gradientScale(steps)) },
    scale: perStep((i) => gradientScale(i + 1)),
    rate: perStep((i) => stepRate(learningRates[i]!, before + i + 1)),
  };
  if (weightDecay !== undefined) feeds.keep = perStep((i) => 1 - learningRates[i]! * weightDecay);
  return feeds;
}

function packState(
  { parameters }: TrainingProblem,
  state: readonly StateTensor[],
  initial: ParameterValues,
): Record<string, TensorData> {
  const out: Record<string, TensorData> = {};
  for (const { name, shape, members, trained } of state) {
    const values = new Float32Array(sizeOf(shape));
    let offset = 0;
    for (const member of members) {
      const part = initial[member];
      invariant(part?.length === sizeOf(parameters[member]!.leaf.shape), `initial values of ${member}`);
      values.set(part, offset);
      offset += part.length;
    }
    out[name] = { shape, values };
    if (!trained) continue;
    out[`${name}/m`] = zeros(shape);
    out[`${name}/v`] = zeros(shape);
  }
  return out;
}

const zeros = (shape: Shape): TensorData => ({ shape, values: new Float32Array(sizeOf(shape)) });

function unpackState(
  { parameters }: TrainingProblem,
  state: readonly StateTensor[],
  values: Readonly<Record<string, TensorData>>,
): ParameterValues {
  const out: Record<string, Float32Array> = {};
  for (const { name, members } of state) {
    let offset = 0;
    for (const member of members) {
      const size = sizeOf(parameters[member]!.leaf.shape);
      out[member] = (values[name]!.values as Float32Array).slice(offset, offset + size);
      offset += size;
    }
  }
  return out;
}
