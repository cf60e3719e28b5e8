/**
 * How much work a kernel without a predictor of its own is: the FLOPs of a convolution that take as long on a processor, by kernel type.
 * Where a type has FLOPs enough they are what counts, times a factor of the code that does them; others are counted by element, row,
 * step or group. Source: onnxruntime-node 1.30 with one thread on two machines, each type over 30 to 3,000 configs (a FLOP of a
 * convolution is 0.01 ns there); `doubtOf` says how far it may be off.
 */
import type { Kernel, KernelConfig } from "../kernels/index.js";

type Worker = Pick<Kernel, "type" | "config" | "flops">;
type Effort = (config: KernelConfig, flops: number) => number;

/** So many FLOPs of a convolution for each of the kernel's own, and so many whatever its size. */
const times =
  (factor: number, start = 0): Effort =>
  (_, flops) =>
    start + factor * flops;

const quantisedElements = { softmax: 45, add: 12, mul: 20, sigmoid: 25, "leaky-relu": 25 };

/** The factor by the value of a field. */
const timesBy =
  (field: string, factors: Readonly<Record<string, number>>, start = 0): Effort =>
  (config, flops) =>
    start + (factors[String(config[field])] ?? 1) * flops;

const numbers = (config: KernelConfig) => config as Readonly<Record<string, number>>;

/** A product of few columns leaves most of a vector idle: all the more where groups share the channels out. */
const idle = (config: KernelConfig, lanes: number): number => {
  const { cout, groups = 1 } = numbers(config) as { cout: number; groups?: number };
  return 1 + (lanes * groups) / cout;
};

/** Each step of a recurrent layer ends with functions of its gates, element by element. */
const perCell: Readonly<Record<string, number>> = { lstm: 700, gru: 1000, rnn: 1200 };
const recurrent: Effort = (config, flops) => {
  const { steps, batch, hidden, directions } = numbers(config) as Record<
    "steps" | "batch" | "hidden" | "directions",
    number
  >;
  return flops + steps! * directions! * (batch! * hidden! * perCell[String(config.cell)]! + 15_000);
};

/** One query alone is a product with a vector, at the speed of memory; several are matrices. Each score costs an exponential. */
const cachedAttention: Effort = (config) => {
  const { batch, heads, queries, past, headDim } = numbers(config) as Record<
    "batch" | "heads" | "queries" | "past" | "headDim",
    number
  >;
  const scores = batch * heads * queries * (past + queries);
  const isGrouped = config.form === "group-query";
  const perScore = queries > 4 ? 4.4 * headDim + 40 : isGrouped ? 24 * headDim + 480 : 16 * headDim + 100;
  return start.attention + scores * perScore;
};

/** Rows share the unpacking of the weights; a row alone is as fast as the weights are read. */
const lowBits: Effort = (config, flops) => {
  const { rows, bits, block } = numbers(config) as Record<"rows" | "bits" | "block", number>;
  if (config.accuracy === "int8") {
    const factor = block < 64 ? 0.85 + 0.5 / rows : 0.65 + 0.35 / rows;
    return start.product + flops * factor * (bits === 2 ? 1.8 : 1);
  }
  if (bits === 4) return start.product + flops * (1 + 3 / Math.min(rows, 8) + (block < 32 ? 0.3 : 0));
  // Made floats first, once for all rows.
  return start.product + flops * (1 + (bits === 8 ? 60 : 90) / rows);
};

/** Which code there is for 8-bit numbers depends on their signs: vector instructions multiply unsigned by signed ones. */
const bySigns = {
  qlinear: { u8s8: 0.25, u8u8: 0.65, s8s8: 3 },
  integer: { u8s8: 6, u8u8: 0.65, s8s8: 0.5 },
} as const;
const quantisedConvolution: Effort = (config, flops) => {
  const { groups, cin, cout } = numbers(config) as Record<"groups" | "cin" | "cout", number>;
  if (groups > 1 && groups === cin) return start.product + 3.5 * flops;
  const signs = String(config.signs ?? "u8s8") as keyof (typeof bySigns)["qlinear"];
  const factor = bySigns[config.form === "integer" ? "integer" : "qlinear"][signs];
  return start.product + factor * flops * (1 + (16 * groups) / cout);
};
const quantisedProduct: Effort = (config, flops) => {
  const factor = config.weights === "run-time" ? 0.6 : config.signs === "u8u8" ? 0.6 : 0.26;
  return start.product + factor * flops;
};

/** Beside the product: its columns are added up where they overlap, and the result is gone through once more. */
const transposedConvolution =
  (perColumn: number, perOutput: number): Effort =>
  (config, flops) => {
    const c = numbers(config);
    const size = (name: string) => c[name] ?? 1;
    const pixels = size("batch") * size("h") * size("w") * size("length");
    const columns = pixels * size("cout") * size("kernel") * size("kernelH") * size("kernelW");
    const outputs = pixels * size("cout") * size("stride") * size("strideH") * size("strideW");
    return start.product + flops + perColumn * columns + perOutput * outputs;
  };

/** Sums along a row are kept for the next outputs between the same pixels, of which there are the fewer the smaller the image gets. */
const plainResize: Effort = (config, flops) => {
  const { h, w, outH, outW } = numbers(config) as Record<"h" | "w" | "outH" | "outW", number>;
  const cubic = 275 + 260 * Math.min(1, (h * w) / (outH * outW));
  const factor = { nearest: 90, linear: config.order === "nhwc" ? 6 : 18, cubic }[String(config.mode)];
  return start.elements + (factor ?? 1) * flops;
};

const sampled: Effort = (config, flops) => {
  const factor = { linear: { border: 140, reflection: 260 }[String(config.padding)] ?? 24, nearest: 350, cubic: 200 };
  return start.elements + (factor[String(config.mode) as keyof typeof factor] ?? 1) * flops;
};

/** By element: what is not vectorised takes tens of times as long as what is. */
const byFunction: Readonly<Record<string, number>> = {
  softplus: 1300,
  mish: 1300,
  mod: 600,
  pow: 340,
  ...{ celu: 190, elu: 180, sin: 180, cos: 180, mean: 200, selu: 160, log: 150, max: 160, min: 160, where: 150 },
  ...{ sum: 120, prelu: 120, sign: 80, equal: 60, greater: 60, less: 60, erf: 30, ceil: 30, tanh: 10, sigmoid: 10 },
};
const elementByElement: Effort = (config, flops) => (byFunction[String(config.operator)] ?? 2) * flops;

const reduced: Effort = (config, flops) => {
  const { outer, inner } = numbers(config) as Record<"outer" | "inner", number>;
  const isSlow = config.trailing === "one" || config.operator === "log-sum-exp";
  return flops * (isSlow ? 800 : inner > 1 && outer === 1 ? 80 : 5) + 300 * outer;
};

/** Numbers of half precision are converted one by one, but to and from those of single precision. */
const converted: Effort = ({ from, to }, flops) => {
  const halves = [from, to].filter((type) => type === "float16").length;
  const isPlain = halves === 0 || from === "float32" || to === "float32";
  return flops * (isPlain ? (String(to) === "int64" && from !== "int32" ? 35 : 3) : 130);
};

const gathered: Effort = (config) => {
  const { outer, indices } = numbers(config) as Record<"outer" | "indices", number>;
  return 900 * outer * indices;
};

/** What calls, small allocations and permutations cost before anything is computed. */
const start = { attention: 500_000, product: 100_000, elements: 50_000 } as const;

/**
 * Several filters a channel: no blocked layout has code for them, each channel is a small matrix product of its own, on columns that are
 * written first, slower where a stride parts them.
 */
const multipliedDepthwise: Effort = (config, flops) => {
  const { batch, cin, multiplier, kernelH, kernelW, strideW } = numbers(config) as Record<string, number>;
  if (multiplier === 1) return flops;
  const columns = flops / (2 * multiplier!);
  const outputs = (columns / (kernelH! * kernelW!)) * multiplier!;
  return columns * (strideW === 1 ? 27 : 43) + 60 * outputs + 18_000 * batch! * cin!;
};

const byType: Readonly<Record<string, Effort>> = {
  "attention-cached": cachedAttention,
  "attention-projected": times(1.05, start.attention),
  "bias-gelu": times(18),
  "conv-1d": (config, flops) => start.product + flops * idle(config, 12),
  "conv-3d": (config, flops) => start.product + 1.3 * flops * idle(config, 12),
  "conv-quantised": quantisedConvolution,
  "conv-transpose": transposedConvolution(60, 60),
  "conv-transpose-1d": transposedConvolution(380, 100),
  "depth-to-space": times(140),
  "dwconv-bn-relu": multipliedDepthwise,
  "dynamic-quantize": times(2, start.elements),
  "elementwise-quantised": timesBy("operator", quantisedElements, start.elements),
  "grid-sample": sampled,
  "group-norm": times(1.3),
  "matmul-nbits": lowBits,
  "matmul-quantised": quantisedProduct,
  "resize-plain": plainResize,
  "skip-layernorm": timesBy("form", { layer: 55, rms: 20 }),
  activation: elementByElement,
  // Rows of one element each cost as much as a short one.
  batchnorm: (config, flops) => flops + 250 * Number(config.batch) * Number(config.c),
  cast: converted,
  einsum: times(1.05, start.product),
  elementwise: elementByElement,
  gather: gathered,
  gelu: times(12),
  layernorm: times(8),
  pad: times(5, start.elements),
  recurrent,
  reduce: reduced,
  resize: timesBy("mode", { nearest: 18, linear: 13, cubic: 280 }),
  slice: (config, flops) => flops + (Number(config.step) > 1 ? 4 : 1) * start.elements,
  softmax: times(9, start.elements),
};

/** What is read and written of all that a kernel reads and writes: relu works where its input is, a view moves nothing. */
export function movedShare({ type, config }: Pick<Kernel, "type" | "config">): number {
  if (type === "relu") return 0.45;
  return type === "copy" && config.input === config.output ? 0.05 : 1;
}

/** Fallbacks by how they work. */
const byWork: Readonly<Record<string, number>> = { move: 1, product: 2.5, vector: 5, scalar: 40, sort: 80 };

/** FLOPs of a convolution that take as long, beside what is moved. */
export function effortOf({ type, config, flops }: Worker): number {
  if (type === "other-operator") return flops * (byWork[String(config.work)] ?? 1);
  return Object.hasOwn(byType, type) ? byType[type]!(config, flops) : flops;
}

/** Types of which a formula was set on more configs, of more kinds, than the tens that a platform measures. */
const formulas: ReadonlySet<string> = new Set([
  ...["attention-cached", "attention-projected", "bias-gelu", "conv-1d", "conv-3d", "conv-quantised"],
  ...["conv-transpose-1d", "dynamic-quantize", "einsum", "elementwise-quantised", "grid-sample"],
  ...["matmul-nbits", "matmul-quantised", "recurrent", "resize-plain"],
]);
/** A predictor of more configs knows more than a formula. Choice. */
const fewConfigs = 60;
/** Networks that kernels come from have one or two filters a channel. */
const usualMultiplier = 2;

/** Whether a formula says more of the kernel than a predictor of so many configs: measured on networks of odd kinds. */
export const hasFormula = ({ type, config }: Pick<Kernel, "type" | "config">, configs = 0): boolean =>
  (configs <= fewConfigs && formulas.has(type)) || Number(config.multiplier ?? 1) > usualMultiplier;

/**
 * How far the latency of a kernel without a predictor may be off, in ln units: where its work is known, and where its bytes are
 * all that is known.
 */
const knownWork = Math.log(2.5);
const unknownWork = Math.log(10);
export const doubtOf = ({ type }: Pick<Kernel, "type">): number => (type === "memory-bound" ? unknownWork : knownWork);
