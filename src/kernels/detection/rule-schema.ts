/**
 * The form of a fusion-rule file (data/fusion-rules/<engine>.json): stages of passes in the order in which the engine
 * runs them. A pass is either a table of operators for a general rewriting (eliminate, fold-into-weights, fuse-activation,
 * match) or the name of one of the engine's own algorithms with its parameters.
 */
import { z } from "zod";

const operators = z.array(z.string()).min(1);

/** Scalar constant, a name for a value (`x`), a name for a constant (`#w`), or `[operator, ...inputs]`, `A|B` for either operator. */
export type Pattern = string | number | readonly [string, ...Pattern[]];
const pattern: z.ZodType<Pattern> = z.lazy(() =>
  z.union([z.string(), z.number(), z.tuple([z.string()], pattern) as unknown as z.ZodType<[string, ...Pattern[]]>]),
);

const fusedPattern = z.strictObject({
  name: z.string(),
  match: pattern,
  becomes: z.strictObject({
    operator: z.string(),
    domain: z.string().default(""),
    inputs: z.array(z.string()).min(1),
    attributes: z.record(z.string(), z.union([z.number(), z.string()])).default({}),
  }),
  /** Operators that must not make a value: the engine's search takes a wrong turn there. */
  unlessMadeBy: z.record(z.string(), operators).default({}),
  /** Smallest and largest operator set of the model in which the engine knows the pattern. */
  minOpset: z.int().optional(),
  maxOpset: z.int().optional(),
});
export type FusedPattern = z.infer<typeof fusedPattern>;

/** When a node does nothing: its input passes through. */
const noOperation = z.enum([
  "always",
  "same-type",
  "same-shape",
  "neutral-constant",
  "unbounded-slice",
  "whole-slice",
  "identity-permutation",
]);
export type NoOperation = z.infer<typeof noOperation>;

export const passSchema = z.discriminatedUnion("pass", [
  z.strictObject({ pass: z.literal("eliminate"), operators: z.record(z.string(), noOperation) }),
  z.strictObject({ pass: z.literal("fold-into-weights"), into: operators, operators }),
  z.strictObject({
    pass: z.literal("fuse-activation"),
    into: operators,
    activations: operators,
    domain: z.string().default(""),
  }),
  z.strictObject({
    pass: z.literal("match"),
    patterns: z.array(fusedPattern).min(1),
    /** By one of the file's engines alone, and at one precision. */
    only: z.strictObject({ engine: z.string(), precision: z.literal("int8") }).optional(),
  }),
  z.strictObject({ pass: z.literal("decompose"), operators }),
  z.strictObject({ pass: z.literal("drop-quantization") }),
  z.strictObject({ pass: z.literal("adopt-quantized") }),
  z.strictObject({ pass: z.literal("widen-halves") }),
  z.strictObject({ pass: z.literal("low-bit-products") }),
  z.strictObject({ pass: z.literal("dynamic-products") }),
  z.strictObject({ pass: z.literal("restore-dequantize") }),
  z.strictObject({ pass: z.literal("hybrid-products"), operators }),
  z.strictObject({ pass: z.literal("split-dequantize") }),
  z.strictObject({ pass: z.literal("drop-quantized-clip") }),
  z.strictObject({ pass: z.literal("propagate-quantization"), through: operators }),
  z.strictObject({
    pass: z.literal("fuse-quantized"),
    /** Operators that only move elements. */
    moving: operators,
    unary: operators,
    binary: operators,
    variadic: operators,
    products: operators,
  }),
  z.strictObject({ pass: z.literal("channels-last") }),
  z.strictObject({ pass: z.literal("merge-equal") }),
  z.strictObject({ pass: z.literal("fuse-pad"), into: operators }),
  z.strictObject({
    pass: z.literal("matmul-add"),
    /** Inputs of more than two axes are reshaped to matrices and back. */
    reshape: z.boolean(),
    /** The engine's product takes inputs of any number of axes. */
    anyRank: z.boolean().default(false),
  }),
  z.strictObject({ pass: z.literal("merge-reshapes") }),
  z.strictObject({
    pass: z.literal("push-transposes"),
    assigned: z.boolean(),
    /** Only in the first round of its stage. */
    once: z.boolean().default(false),
  }),
  z.strictObject({ pass: z.literal("slices-to-depth") }),
  z.strictObject({ pass: z.literal("gather-to-split") }),
  z.strictObject({ pass: z.literal("matmul-transpose") }),
  z.strictObject({ pass: z.literal("matmul-scale") }),
  z.strictObject({ pass: z.literal("bias-gelu") }),
  z.strictObject({ pass: z.literal("skip-layer-norm") }),
  z.strictObject({
    pass: z.literal("add-into-conv"),
    into: operators,
    activations: z.array(z.string()),
    needsBias: z.boolean().default(false),
  }),
  z.strictObject({
    pass: z.literal("blocked-layout"),
    /** Channels of a convolution's input have to be a multiple of this. */
    channelAlignment: z.int().positive(),
    activations: operators,
    elementwise: operators,
  }),
]);
export type PassRule = z.infer<typeof passSchema>;

export const ruleFileSchema = z.strictObject({
  engine: z.string(),
  summary: z.string(),
  sources: z.array(z.string()).min(1),
  /** Other names under which the engine is known. */
  aliases: z.array(z.string()).default([]),
  /** Of its names, those whose CPU build keeps images in blocks of channels. */
  blocked: z.array(z.string()).default([]),
  /** Of its names, those whose nodes the rules name one to one. */
  exact: z.array(z.string()).default([]),
  /** Names of those that hand a copy of every output to their caller. */
  copiesOutputs: z.array(z.string()).default([]),
  /** INT8: what it optimises is the quantised graph, with integer kernels and the transposes around them. */
  quantizes: z.boolean().default(false),
  stages: z.array(z.strictObject({ name: z.string(), repeat: z.int().min(1).default(1), passes: z.array(passSchema) })),
  /** Operators that cost nothing on this engine: no kernel is counted for them. */
  freeViews: z.array(z.string()),
});
export type RuleFile = z.infer<typeof ruleFileSchema>;
