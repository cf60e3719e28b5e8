/**
 * What a gate compares with: latencies of an earlier version, and the kernels that it was run as, so that it can be predicted anew by
 * whatever predictor is there today. A file from elsewhere: checked when it is read.
 */
import { basename } from "node:path";
import { z } from "zod";
import { groupBy, LitepredError, readPlainText, saveWhole, stableJson } from "../base/index.js";
import type { Kernel } from "../kernels/index.js";
import type { DetectedModel } from "../predictors/index.js";

/** No model has more. Choice. */
const mostKernels = 1_000_000;

const kernelSchema = z.object({
  type: z.string(),
  config: z.record(z.string(), z.union([z.number(), z.string()])),
  flops: z.number().nonnegative(),
  params: z.number().nonnegative(),
  count: z.number().int().positive(),
});
const entrySchema = z.object({
  model: z.string(),
  platform: z.string(),
  latencyMs: z.number().positive(),
  measured: z.object({ latencyMs: z.number().positive(), relativeError: z.number().nonnegative() }).optional(),
  /** Elements of its outputs, where the engine copies them; absent in files of before. */
  copiedElements: z.number().nonnegative().optional(),
  kernels: z
    .array(kernelSchema)
    .refine((kernels) => kernels.reduce((total, { count }) => total + count, 0) <= mostKernels, "too many kernels"),
});
const format = "litepred-baseline-1";
const schema = z.object({ format: z.literal(format), models: z.array(entrySchema) });

export type BaselineEntry = z.infer<typeof entrySchema>;
export type BaselineKernel = BaselineEntry["kernels"][number];

/** What is kept of a model as it was detected. */
export const baselineOf = ({ kernels, copiedElements }: DetectedModel) => ({
  kernels: countKernels(kernels),
  ...(copiedElements !== undefined && { copiedElements }),
});

/** Equal kernels once, with their number. */
const countKernels = (kernels: readonly Kernel[]): BaselineKernel[] =>
  [...groupBy(kernels, ({ type, config }) => `${type} ${stableJson(config)}`).values()].map((own) => {
    const { type, config, flops, params } = own[0]!;
    return { type, config, flops, params, count: own.length };
  });

/** As a model to predict. */
export const detectedBefore = ({ kernels, copiedElements }: BaselineEntry): DetectedModel => ({
  kernels: kernels.flatMap(({ count, ...kernel }, i) =>
    Array.from({ length: count }, (_, n) => ({ ...kernel, name: `${kernel.type} ${i}.${n}`, nodes: [] })),
  ),
  copiedElements,
});

export function saveBaseline(path: string, models: readonly BaselineEntry[]): void {
  saveWhole(path, `${JSON.stringify({ format, models }, null, 1)}\n`);
}

const hint = "make one with litepred check --save FILE";

/** @throws LitepredError `unreadable-file` */
export function readBaseline(path: string): BaselineEntry[] {
  const unreadable = (reason: string) => new LitepredError("unreadable-file", `${path}: ${reason}`, hint);
  const text = readPlainText(path, { maxBytes: 2 ** 26, hint });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw unreadable("not JSON");
  }
  const parsed = schema.safeParse(content);
  if (!parsed.success) throw unreadable(`no baseline: ${z.prettifyError(parsed.error).split("\n")[0]}`);
  return parsed.data.models;
}

/** By the same path, else by the only one of that name. */
export function entryOf(entries: readonly BaselineEntry[], model: string, platform: string): BaselineEntry | undefined {
  const own = entries.filter((entry) => entry.platform === platform);
  const named = own.filter((entry) => basename(entry.model) === basename(model));
  return own.find((entry) => entry.model === model) ?? (named.length === 1 ? named[0] : undefined);
}
