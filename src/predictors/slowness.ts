/**
 * How much slower than convolutions other kinds of work run, for kernels without a predictor: milliseconds per FLOP ÷ those of the
 * platform's general roofline, which is fitted mostly on convolutions. Rough, one number a kind; `doubt` says how rough.
 * Source: onnxruntime-node 1.30 with one thread, kernels and models of those kinds (docs/how-to/llm.md says how to measure one's own).
 */
import type { Kernel } from "../kernels/index.js";

/** By kernel type, or by a field of its config. Types that are not here run like convolutions. */
const byType: Readonly<Record<string, number | ByField>> = {
  "attention-cached": 6,
  "attention-projected": 1,
  "bias-gelu": 18,
  "conv-1d": 1.5,
  "conv-3d": 1.8,
  "conv-quantised": { field: "form", of: { qlinear: 0.7, integer: 3 } },
  "conv-transpose": 2,
  "conv-transpose-1d": 6,
  "dynamic-quantize": 3.5,
  "elementwise-quantised": 45,
  "grid-sample": { field: "mode", of: { linear: 25, nearest: 80, cubic: 80 } },
  // Of 2 and 8 bits the weights are made floats first.
  "matmul-nbits": { field: "bits", of: { 2: 60, 4: 2.2, 8: 60 } },
  "matmul-quantised": { field: "form", of: { qlinear: 0.5, integer: 0.4, dynamic: 0.5 } },
  "resize-plain": { field: "mode", of: { nearest: 100, linear: 22, cubic: 280 } },
  "skip-layernorm": 30,
  activation: 10,
  einsum: 1.5,
  gelu: 18,
  layernorm: 8,
  recurrent: 0.9,
  resize: { field: "mode", of: { nearest: 15, linear: 10, cubic: 280 } },
  softmax: 20,
};

interface ByField {
  readonly field: string;
  readonly of: Readonly<Record<string, number>>;
}

/** Fallbacks by how they work. */
const byWork: Readonly<Record<string, number>> = { move: 1, product: 2.5, vector: 5, scalar: 40, sort: 80 };

export function slownessOf({ type, config }: Pick<Kernel, "type" | "config">): number {
  if (type === "other-operator") return byWork[String(config.work)] ?? 1;
  const known = Object.hasOwn(byType, type) ? byType[type]! : 1;
  return typeof known === "number" ? known : (known.of[String(config[known.field])] ?? 1);
}

/**
 * How far the latency of a kernel without a predictor may be off, in ln units: where its work is known, and where its bytes are
 * all that is known.
 */
const knownWork = Math.log(2.5);
const unknownWork = Math.log(10);
export const doubtOf = ({ type }: Pick<Kernel, "type">): number => (type === "memory-bound" ? unknownWork : knownWork);
