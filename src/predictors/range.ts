/** Where the training data of a predictor ends: ranges of numbers, sets of words. */
import type { Field, KernelConfig } from "../kernels/index.js";

interface NumberRange {
  readonly min: number;
  readonly max: number;
}
export type FieldRange = NumberRange | { readonly values: readonly string[] };

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
/**
 * How often the same is done over: the time grows with it in proportion, so that a prediction holds further out. Choice; networks with
 * attention among heads have 38,416 rows in a product where those that are sampled have 6,400.
 */
const slackOfRepeats = 8;
const repeats: ReadonlySet<string> = new Set(["batch", "rows"]);
/** Each channel by itself. */
const resamples: ReadonlySet<string> = new Set(["resize", "resize-plain", "grid-sample"]);
const isRepeat = (type: string, field: string) => repeats.has(field) || (field === "c" && resamples.has(type));
/** Axes of what only moves may be this long even where those measured were 1: the elements in all have ranges of their own. Choice. */
const shortAxis = 16;
const moves: ReadonlySet<string> = new Set(["transpose", "gather", "slice", "split", "concat", "copy", "pad"]);

/** @param fields of the type: one that the data is older than had its usual value there */
export function outOfRangeReason(
  ranges: Readonly<Record<string, FieldRange>>,
  config: KernelConfig,
  { name: type, fields }: { readonly name: string; readonly fields: readonly Field[] },
): string | undefined {
  for (const [name, value] of Object.entries(config)) {
    const range = ranges[name];
    if (range === undefined) {
      const usual = fields.find((field) => field.name === name)?.default;
      if (usual !== undefined && usual !== value) return `${name} ${value} was not among the training data`;
    } else if ("values" in range) {
      if (!range.values.includes(String(value))) return `${name} ${value} was not among the training data`;
    } else if (typeof value === "number" && isOutside(value, range, type, name))
      return `${name} ${value} is outside the training data (${range.min}–${range.max})`;
  }
  return undefined;
}

function isOutside(value: number, { min, max }: NumberRange, type: string, field: string): boolean {
  if (isRepeat(type, field)) return value > max * slackOfRepeats || value * slackOfRepeats < min;
  const most = moves.has(type) || resamples.has(type) ? Math.max(shortAxis, max * slackOfMoves) : max * slack;
  return value > most || value * slack < min;
}

/** Kernels of so few elements cost what any node costs, however few there are. Choice: some microseconds at most. */
const fewElements = 4096;

/** Sizes within their ranges may still make up a kernel smaller than all of them. `least` is absent in files of before. */
export const tooSmallReason = (least: number | undefined, elements: number): string | undefined =>
  least !== undefined && least > fewElements && elements * slack < least
    ? `its ${Math.round(elements)} elements are fewer than any of the training data has (${Math.round(least)})`
    : undefined;
