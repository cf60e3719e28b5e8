/**
 * Adam (Kingma and Ba, 2015) and AdamW as ONNX nodes, in a form with as few passes over the weights as possible, since these
 * passes take half the time of a step, and with all three tensors updated where they lie:
 *   M ← M + push·G     V ← V + G²     P ← P + rate·M / √V
 * G is the gradient scaled by s_t = β₂^(−t/2), t counted from the start of a run, and M is scaled by (β₂^½ / β₁)^t besides
 * (`push`): so neither decays, and the host puts what is left into `rate`, with the minus sign, the factors 1 − β₁ and 1 − β₂
 * that M and V leave out, and the bias corrections.
 * Differs: ε is a floor of √V at the start of each run instead of a summand in each step; it matters only for gradients
 * below 1e-7.
 */
import type { GraphWriter } from "./onnx-writer.js";

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;
const FLOOR = EPSILON ** 2 / (1 - BETA2);
const MOMENTUM_DECAY = BETA1 / Math.sqrt(BETA2);

/** s_t of the t-th step of a run, t from 1: multiplies the loss's gradient. */
const gradientScale = (step: number): number => BETA2 ** (-step / 2);

/** Scale of M beside that of the gradient, by steps of a run. */
const momentumScale = (step: number): number => MOMENTUM_DECAY ** -step;

/** What the feeds of a training loop are for a run with these learning rates, `before` steps after the first of all. */
export function adamSchedule(learningRates: ArrayLike<number>, before: number) {
  const steps = learningRates.length;
  const perStep = (f: (step: number) => number) => Float32Array.from({ length: steps }, (_, i) => f(i + 1));
  const scale = gradientScale(steps);
  return {
    scale: perStep(gradientScale),
    push: perStep(momentumScale),
    rate: perStep((step) => stepRate(learningRates[step - 1]!, before + step) / momentumScale(step)),
    /** What takes the scale out of M and V after the run. */
    unscaleMomentum: 1 / (scale * momentumScale(steps)),
    unscaleVariance: 1 / (scale * scale),
  };
}

/** `total` steps have been made by then, over all runs, this one included. Negative. */
const stepRate = (learningRate: number, total: number): number =>
  -((learningRate * (1 - BETA1)) / (1 - BETA1 ** total)) * Math.sqrt((1 - BETA2 ** total) / (1 - BETA2));

export interface AdamNames {
  readonly parameter: string;
  readonly momentum: string;
  readonly variance: string;
}

/** a·x + y in one pass, y updated in place: `x` and `y` are images of one row, and `a` is the weight of a convolution. */
const multiplyAdd = (writer: GraphWriter, a: string, x: string, y: string): string =>
  writer.node("com.microsoft.FusedConv", [x, a, "", y]);

/** Of what a step multiplies by; [1, 1, 1, 1], but `rate` may have the parameter's shape: `perElement`. */
export interface StepFactors {
  readonly push: string;
  readonly rate: { readonly name: string; readonly perElement: boolean };
  /** What the parameter is multiplied by first: AdamW's 1 − learning rate · weight decay. */
  readonly keep: string | undefined;
}

/** One step inside the loop, on tensors of [1, 1, 1, n]. */
export function emitAdamStep(
  writer: GraphWriter,
  state: AdamNames,
  gradient: string,
  { push, rate, keep }: StepFactors,
): AdamNames {
  const momentum = multiplyAdd(writer, push, gradient, state.momentum);
  const variance = writer.node("Add", [state.variance, writer.node("Mul", [gradient, gradient])]);
  const direction = writer.node("Div", [momentum, writer.node("Sqrt", [variance])]);
  const kept = keep === undefined ? state.parameter : writer.node("Mul", [state.parameter, keep]);
  const parameter = rate.perElement
    ? writer.node("Add", [kept, writer.node("Mul", [rate.name, direction])])
    : multiplyAdd(writer, rate.name, direction, kept);
  return { parameter, momentum, variance };
}

/**
 * Before a run: the floor of V, and a tiny summand for M. The momentum of weights behind dead units decays from run to run
 * into denormal numbers otherwise, on which a processor is a hundred times slower.
 */
export function emitAdamStart(writer: GraphWriter, state: AdamNames): AdamNames {
  return {
    parameter: state.parameter,
    momentum: writer.node("Add", [state.momentum, writer.float([1e-16])]),
    variance: writer.node("Max", [state.variance, writer.float([FLOOR])]),
  };
}

/** Steps in a run, at most: the scale of M is 2e18 by then, and the tiny summand of a dead weight 5e-35 after it. */
export const MOST_STEPS = 400;

/** After a run: takes the scales out again, by the scalars of these names. */
export function emitAdamEnd(
  writer: GraphWriter,
  state: AdamNames,
  unscale: { readonly momentum: string; readonly variance: string },
): AdamNames {
  return {
    parameter: state.parameter,
    momentum: writer.node("Mul", [state.momentum, unscale.momentum]),
    variance: writer.node("Mul", [state.variance, unscale.variance]),
  };
}
