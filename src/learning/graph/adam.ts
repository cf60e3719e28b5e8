/**
 * Adam (Kingma and Ba, 2015) and AdamW as ONNX nodes, in a form with as few passes over the weights as possible, since these
 * passes, not the matrix products, take most of the time of a step:
 *   M ← decay·M + G     V ← V + G²     P ← P + rate·M / √V
 * G is the gradient scaled by s_t = β₂^(−t/2), t counted from the start of a run: then V needs no decay of its own, and M/√V
 * is unchanged. M and V leave out the factors 1 − β₁ and 1 − β₂, which the host puts into `rate` with the bias corrections and
 * the minus sign.
 * Differs: ε is a floor of √V at the start of each run instead of a summand in each step; it matters only for gradients
 * below 1e-7.
 */
import type { GraphWriter } from "./onnx-writer.js";

export const BETA1 = 0.9;
export const BETA2 = 0.999;
const EPSILON = 1e-8;
const FLOOR = EPSILON ** 2 / (1 - BETA2);
const MOMENTUM_DECAY = BETA1 / Math.sqrt(BETA2);

/** s_t of the t-th step of a run, t from 1: multiplies the loss's gradient. */
export const gradientScale = (step: number): number => BETA2 ** (-step / 2);

/** `rate` of a step, negative: `total` steps have been made by then, over all runs, this one included. */
export const stepRate = (learningRate: number, total: number): number =>
  -((learningRate * (1 - BETA1)) / (1 - BETA1 ** total)) * Math.sqrt((1 - BETA2 ** total) / (1 - BETA2));

export interface AdamNames {
  readonly parameter: string;
  readonly momentum: string;
  readonly variance: string;
}

/**
 * One step inside the loop, on tensors of [1, n]: then a tensor times a scalar plus another one is a matrix product, which the
 * engine does in one pass. `rate` names a [1, 1] scalar, or, if `perElement`, a tensor of the parameter's shape; `keep`, if
 * any, the scalar that the parameter is multiplied by first (AdamW's 1 − learning rate · weight decay).
 */
export function emitAdamStep(
  writer: GraphWriter,
  state: AdamNames,
  gradient: string,
  rate: { readonly name: string; readonly perElement: boolean },
  keep?: string,
): AdamNames {
  const momentum = writer.node("Gemm", [writer.float([MOMENTUM_DECAY], [1, 1]), state.momentum, gradient]);
  const variance = writer.node("Add", [state.variance, writer.node("Mul", [gradient, gradient])]);
  const direction = writer.node("Div", [momentum, writer.node("Sqrt", [variance])]);
  const kept = keep === undefined ? state.parameter : writer.node("Mul", [state.parameter, keep]);
  const parameter = rate.perElement
    ? writer.node("Add", [kept, writer.node("Mul", [rate.name, direction])])
    : writer.node("Gemm", [rate.name, direction, kept]);
  return { parameter, momentum, variance };
}

/**
 * Before a run: the floor of V, and a tiny summand for M. The momentum of weights behind dead units decays into denormal
 * numbers otherwise, on which a processor is a hundred times slower (measured: 264 → 1,401 ms an epoch). Far below any gradient
 * that matters, it lasts for `MOST_STEPS`: 1e-16 · 0.9⁴⁰⁰ = 5e-35, denormal below 1e-38.
 */
export function emitAdamStart(writer: GraphWriter, state: AdamNames): AdamNames {
  return {
    parameter: state.parameter,
    momentum: writer.node("Add", [state.momentum, writer.float([1e-16])]),
    variance: writer.node("Max", [state.variance, writer.float([FLOOR])]),
  };
}

/** Steps in a run, at most: see emitAdamStart; V, scaled by β₂^(−steps), stays small too. */
export const MOST_STEPS = 400;

/** After a run of `steps`: takes the scale out again. `scale` names the scalar 1 / s_steps. */
export function emitAdamEnd(writer: GraphWriter, state: AdamNames, scale: string): AdamNames {
  const momentum = writer.node("Mul", [state.momentum, scale]);
  const variance = writer.node("Mul", [state.variance, writer.node("Mul", [scale, scale])]);
  return { parameter: state.parameter, momentum, variance };
}
