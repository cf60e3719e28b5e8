/**
 * How much slower than convolutions other kinds of work run, for kernels without a predictor: milliseconds per FLOP ÷ those of the
 * platform's general roofline, which is fitted mostly on convolutions. Rough, one number a kind; `doubt` says how rough.
 * Source: onnxruntime-node 1.30 with one thread, kernels and models of those kinds (docs/how-to/llm.md says how to measure one's own).
 */
import type { Kernel } from "../kernels/index.js";

/** By kernel type. Types that are not here run like convolutions. */
const byType: Readonly<Record<string, number>> = {
  "attention-cached": 4,
  "attention-projected": 1.6,
  "bias-gelu": 15,
  "conv-1d": 1.6,
  "conv-3d": 2,
  "conv-quantised": 1,
  "conv-transpose": 2,
  "conv-transpose-1d": 2,
  "dynamic-quantize": 3,
  "elementwise-quantised": 10,
  "grid-sample": 20,
  "matmul-nbits": 1.5,
  "matmul-quantised": 1,
  "resize-plain": 40,
  activation: 10,
  einsum: 3,
  gelu: 15,
  recurrent: 2.5,
  softmax: 20,
};

/** Fallbacks by how they work. */
const byWork: Readonly<Record<string, number>> = { move: 1, product: 2.5, vector: 5, scalar: 40, sort: 80 };

export const slownessOf = ({ type, config }: Pick<Kernel, "type" | "config">): number =>
  byType[type] ?? (type === "other-operator" ? (byWork[String(config.work)] ?? 1) : 1);

/**
 * How far the latency of a kernel without a predictor may be off, in ln units: where its work is known, and where its bytes are
 * all that is known.
 */
const knownWork = Math.log(2.5);
const unknownWork = Math.log(10);
export const doubtOf = ({ type }: Pick<Kernel, "type">): number => (type === "memory-bound" ? unknownWork : knownWork);
