/** Runs a training loop epoch by epoch: holds parameters and moments between runs, and knows Adam's step count. */
import { type ComputeBackend, type ComputeSession, invariant, LitepredError, type TensorData } from "../base/index.js";
import { adamSchedule, MOST_STEPS } from "./graph/adam.js";
import { type Shape, sizeOf } from "./graph/expression.js";
import { trainingLoop } from "./graph/training-loop.js";
import type { StateTensor, TrainingProblem } from "./graph/training-problem.js";

export type ParameterValues = Readonly<Record<string, Float32Array>>;
/** By name, [steps, …shape]. */
export type BatchValues = Readonly<Record<string, Float32Array>>;

export interface Trainer {
  /** As many steps as there are `learningRates`. Returns the mean loss. */
  run(batches: BatchValues, learningRates: ArrayLike<number>): Promise<number>;
  parameters(): ParameterValues;
  release(): Promise<void>;
}

export interface TrainerOptions {
  readonly weightDecay?: number;
  /** About how many steps there will be in all. */
  readonly expectedSteps?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * From this many weights on, their moments outgrow the processor's inner caches, and it pays to update them in place: several
 * steps a turn. That makes the session dearer to create: for few weights, or few steps, too dear.
 */
const LARGE = 200_000;
const LONG = 2000;

const stepsPerTurn = (weights: number, steps: number): number => {
  if (weights < LARGE) return 1;
  return steps < LONG ? 5 : 25;
};

export async function createTrainer(
  backend: ComputeBackend,
  problem: TrainingProblem,
  initial: ParameterValues,
  { weightDecay = 0, expectedSteps = 0, signal }: TrainerOptions = {},
): Promise<Trainer> {
  const weights = Object.values(initial).reduce((size, values) => size + values.length, 0);
  const main = await createLoop(backend, problem, stepsPerTurn(weights, expectedSteps));
  const values = packState(problem, main.state, initial);
  let single: Loop | undefined;
  let total = 0;

  const runPart = async (loop: Loop, batches: BatchValues, rates: Float64Array, from: number, to: number) => {
    if (signal?.aborted) throw new LitepredError("interrupted", "training was interrupted");
    if (from === to) return 0;
    const part = rates.subarray(from, to);
    const feeds = { ...values, ...schedule(part, total, problem.decays ? weightDecay : undefined) };
    feeds.turns = { shape: [], values: BigInt64Array.of(BigInt(part.length / loop.stepsPerTurn)) };
    for (const [name, { shape }] of Object.entries(problem.batches)) {
      const size = sizeOf(shape);
      feeds[name] = { shape: [part.length, ...shape], values: batches[name]!.subarray(from * size, to * size) };
    }
    total += part.length;
    return step(loop.session, feeds, values);
  };
  return {
    async run(batches, learningRates) {
      const rates = Float64Array.from(learningRates);
      const whole = rates.length - (rates.length % main.stepsPerTurn);
      const most = MOST_STEPS - (MOST_STEPS % main.stepsPerTurn);
      let loss = 0;
      for (let from = 0; from < whole; from += most)
        loss += await runPart(main, batches, rates, from, Math.min(whole, from + most));
      if (whole < rates.length) {
        single ??= await createLoop(backend, problem, 1);
        loss += await runPart(single, batches, rates, whole, rates.length);
      }
      return loss / rates.length;
    },
    parameters: () => unpackState(problem, main.state, values),
    async release() {
      await main.session.release();
      await single?.session.release();
    },
  };
}

interface Loop {
  readonly stepsPerTurn: number;
  readonly session: ComputeSession;
  readonly state: readonly StateTensor[];
}

async function createLoop(backend: ComputeBackend, problem: TrainingProblem, stepsPerTurn: number): Promise<Loop> {
  const { model, state } = trainingLoop(problem, stepsPerTurn);
  return { stepsPerTurn, session: await backend.createSession(model), state };
}

/** Returns the sum of the losses of the steps; `values` is replaced by the state after them. */
async function step(
  session: ComputeSession,
  feeds: Record<string, TensorData>,
  values: Record<string, TensorData>,
): Promise<number> {
  const { loss, ...next } = await session.run(feeds);
  for (const [name, tensor] of Object.entries(next)) values[name.slice("out/".length)] = tensor;
  return (loss!.values as Float32Array).reduce((sum, each) => sum + each, 0);
}

function schedule(learningRates: ArrayLike<number>, before: number, weightDecay?: number): Record<string, TensorData> {
  const keep = weightDecay === undefined ? {} : { keep: Float32Array.from(learningRates, (r) => 1 - r * weightDecay) };
  return Object.fromEntries(
    Object.entries({ ...adamSchedule(learningRates, before), ...keep }).map(([name, values]) => [
      name,
      typeof values === "number" ? { shape: [], values: Float32Array.of(values) } : { shape: [values.length], values },
    ]),
  );
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
