/**
 * How a task's embedding modulates a network's head (HELP): it is encoded as the mean and deviation of a code, one number for each row of
 * a weight and one for each bias, whose draw moves these a little.
 */
import { reshape, slice } from "./graph/arrangement.js";
import { add, exp, log, mul, relu, softplus } from "./graph/elementwise.js";
import { constant, type Expression, type Shape } from "./graph/expression.js";
import { affine } from "./graph/linear.js";
import type { Expressions, NetworkForm } from "./network-form.js";
import { divergenceFromNormal } from "./vae-training.js";

/** Rows of the encoder's middle layer. */
const ENCODER_UNITS = 10;

/** The weights that the embedding modulates, in order; each of the same number of rows. */
const modulated = (form: NetworkForm): string[] =>
  Object.keys(form.parameters).filter((name) => /^(head\d+|out)\.weight$/.test(name));

/** Numbers by which the head is modulated: one a row of each weight, one a bias. */
export function codeSize(form: NetworkForm): number {
  return modulated(form).reduce((total, name) => total + form.parameters[name]![0]! + 1, 0);
}

export function encoderShapes(form: NetworkForm): Record<string, Shape> {
  return {
    "code0.weight": [form.embedding, ENCODER_UNITS],
    "code0.bias": [1, ENCODER_UNITS],
    "code1.weight": [ENCODER_UNITS, 2 * codeSize(form)],
    "code1.bias": [1, 2 * codeSize(form)],
  };
}

interface Code {
  readonly value: Expression;
  readonly divergence: Expression;
}

/** Mean and deviation by the embedding, and a draw from them by `noise`. */
export function encode(form: NetworkForm, p: Expressions, embedding: Expression, noise: Expression): Code {
  const size = codeSize(form);
  const hidden = relu(affine(embedding, p["code0.weight"]!, p["code0.bias"]!));
  const both = affine(hidden, p["code1.weight"]!, p["code1.bias"]!);
  const centre = slice(both, 1, 0, size);
  const logDeviation = log(add(softplus(slice(both, 1, size, 2 * size)), constant(1e-6)));
  return {
    value: add(centre, mul(exp(logDeviation), noise)),
    divergence: divergenceFromNormal(centre, logDeviation),
  };
}

/** Weights × (1 + s·z) by row, biases + s·z. */
export function modulate(form: NetworkForm, p: Expressions, code: Expression, amount: number): Expressions {
  const out = { ...p };
  let at = 0;
  const take = (count: number) => {
    at += count;
    return mul(constant(amount), slice(code, 1, at - count, at));
  };
  for (const name of modulated(form)) {
    const rows = form.parameters[name]![0]!;
    out[name] = mul(p[name]!, add(constant(1), reshape(take(rows), [rows, 1])));
    const bias = name.replace(".weight", ".bias");
    out[bias] = add(p[bias]!, take(1));
  }
  return out;
}
