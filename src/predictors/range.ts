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

/** A size of what computes counts as outside when it is beyond the data by more than a third: nets extrapolate logs that far. Choice. */
const slackOfWork = 4 / 3;
const computes = /^(conv|dwconv|fc$|matmul|attention|recurrent|einsum|se$)/;
/**
 * What is bound by memory takes its time in proportion to its bytes whatever its axes are called, and so does what is done over and over in
 * proportion to how often: a prediction holds further out. Choice; exported networks have 38,416 rows in a product and 3,136 pixels in a
 * column where those that are sampled have 6,400 and 1,600.
 */
const slackOfBytes = 8;
const repeats: ReadonlySet<string> = new Set(["batch", "rows"]);
/** An axis of what moves elements may be this long even where those measured were 1. Choice. */
const shortAxis = 16;

/** Element by element: all that counts is how many elements there are, whatever the axes. */
const pointwise = /^(relu|swish|hswish|gelu|activation|elementwise|add|add-relu|mul|cast|copy)$/;

interface Sizes {
  /** Read and written by the kernel. */
  readonly elements: number;
  /** By the largest of the training data; absent in files of before. */
  readonly most: number | undefined;
}

/** @param fields of the type: one that the data is older than had its usual value there */
export function outOfRangeReason(
  ranges: Readonly<Record<string, FieldRange>>,
  config: KernelConfig,
  { name: type, fields }: { readonly name: string; readonly fields: readonly Field[] },
  { elements, most }: Sizes = { elements: 0, most: undefined },
): string | undefined {
  const isPointwise = most !== undefined && pointwise.test(type) && (config.broadcast ?? "none") === "none";
  if (isPointwise && elements > slackOfBytes * most)
    return `its ${elements} elements are far more than any of the training data has (${most})`;
  for (const [name, value] of Object.entries(config)) {
    const range = ranges[name];
    const fieldOf = () => fields.find((field) => field.name === name);
    if (range === undefined) {
      const usual = fieldOf()?.default;
      if (usual !== undefined && usual !== value) return `${name} ${value} was not among the training data`;
    } else if ("values" in range) {
      if (!range.values.includes(String(value)) && !isOfKnownKind(range.values, String(value), fieldOf()))
        return `${name} ${value} was not among the training data`;
    } else if (typeof value === "number" && !isPointwise && isOutside(value, range, type, name))
      return `${name} ${value} is outside the training data (${range.min}–${range.max})`;
  }
  return undefined;
}

function isOfKnownKind(known: readonly string[], value: string, field: Field | undefined): boolean {
  const kindOf = field?.kind === "choice" ? field.kindOf : undefined;
  return kindOf !== undefined && known.some((other) => kindOf(other) === kindOf(value));
}

function isOutside(value: number, { min, max }: NumberRange, type: string, field: string): boolean {
  if (computes.test(type) && !repeats.has(field)) return value > max * slackOfWork || value * slackOfWork < min;
  return value > Math.max(shortAxis, max * slackOfBytes) || value * slackOfBytes < min;
}

/** Kernels of so few elements cost what any node costs, however few there are. Choice: some microseconds at most. */
const fewElements = 16_384;

/** Sizes within their ranges may still make up a kernel smaller than all of them. `least` is absent in files of before. */
export const tooSmallReason = (least: number | undefined, elements: number): string | undefined =>
  least !== undefined && least > fewElements && elements * slackOfWork < least
    ? `its ${Math.round(elements)} elements are fewer than any of the training data has (${Math.round(least)})`
    : undefined;
