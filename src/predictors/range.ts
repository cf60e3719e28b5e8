/** Where the training data of a predictor ends: ranges of numbers, sets of words. */
import type { Field, KernelConfig } from "../kernels/index.js";

export type FieldRange = { readonly min: number; readonly max: number } | { readonly values: readonly string[] };

export function fieldRanges(configs: readonly KernelConfig[]): Record<string, FieldRange> {
  const ranges: Record<string, FieldRange> = {};
  for (const name of Object.keys(configs[0] ?? {})) {
    const values = configs.map((config) => config[name]!);
    if (typeof values[0] === "string") ranges[name] = { values: [...new Set(values as string[])].sort() };
    else ranges[name] = { min: Math.min(...(values as number[])), max: Math.max(...(values as number[])) };
  }
  return ranges;
}

/** A number counts as outside when it is beyond the data by more than a quarter: nets extrapolate logs that far. Choice. */
const slack = 1.25;
/** What only moves elements takes its time in proportion to them, so that a prediction holds further out. Choice. */
const slackOfMoves = 3;
const moves: ReadonlySet<string> = new Set(["transpose", "gather", "slice", "split", "concat", "copy", "pad"]);

/** @param fields of the type: one that the data is older than had its usual value there */
export function outOfRangeReason(
  ranges: Readonly<Record<string, FieldRange>>,
  config: KernelConfig,
  { name: type, fields }: { readonly name: string; readonly fields: readonly Field[] },
): string | undefined {
  const most = moves.has(type) ? slackOfMoves : slack;
  for (const [name, value] of Object.entries(config)) {
    const range = ranges[name];
    if (range === undefined) {
      const usual = fields.find((field) => field.name === name)?.default;
      if (usual !== undefined && usual !== value) return `${name} ${value} was not among the training data`;
    } else if ("values" in range) {
      if (!range.values.includes(String(value))) return `${name} ${value} was not among the training data`;
    } else if (typeof value === "number" && (value > range.max * most || value * slack < range.min))
      return `${name} ${value} is outside the training data (${range.min}–${range.max})`;
  }
  return undefined;
}

/** Sizes within their ranges may still make up a kernel smaller than all of them. `least` is absent in files of before. */
export const tooSmallReason = (least: number | undefined, elements: number): string | undefined =>
  least !== undefined && elements * slack < least
    ? `its ${Math.round(elements)} elements are fewer than any of the training data has (${Math.round(least)})`
    : undefined;
