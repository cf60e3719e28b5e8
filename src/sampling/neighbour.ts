/**
 * A config near another one: sizes moved by some tens of percent, kept multiples of 8 where they were, equal sizes
 * moved together. So samplers are not limited to the configs that were seen.
 */
import type { Random } from "../base/index.js";
import { type KernelConfig, kernelTypeOf, type LooseConfig } from "../kernels/index.js";

/** Standard deviation of the log of a size's factor. Choice: about ±30 %. */
const spread = 0.3;
/** Chance that sizes that were equal (cin = cout = groups of a depthwise convolution) stay equal. */
const tied = 0.8;

/** Raw: to be projected. */
export function neighbour(type: string, config: KernelConfig, random: Random): LooseConfig {
  const sizes = sizeFields(type).filter((name) => typeof config[name] === "number");
  const moved = new Map<number, number>();
  const result: Record<string, number | string> = { ...config };
  const groups = config.groups;
  for (const name of sizes) {
    const value = config[name] as number;
    if (random.next() < 0.3) {
      if (!moved.has(value)) moved.set(value, value);
    } else if (!moved.has(value) || (!spatial(name) && random.next() > tied)) moved.set(value, moveSize(value, random));
    result[name] = moved.get(value)!;
  }
  if (typeof groups === "number" && groups > 1) result.groups = moved.get(groups) ?? groups;
  return result;
}

const spatial = (name: string) => name === "h" || name === "w";

/** Very small sizes are structure, not size: image channels, two inputs of a concat, a dimension of 1. */
const structural = 4;

function moveSize(value: number, random: Random): number {
  if (value <= structural) return value;
  if (value <= 16) return Math.max(1, value + random.pick([-2, -1, 1, 2]));
  const step = value % 8 === 0 ? 8 : value % 4 === 0 && random.next() < 0.5 ? 4 : 1;
  return Math.max(step, Math.round((value * Math.exp(spread * random.normal())) / step) * step);
}

const cache = new Map<string, readonly string[]>();

/** Integer fields that every config must give, windows excepted: those are the sizes. */
export function sizeFields(type: string): readonly string[] {
  let names = cache.get(type);
  if (names === undefined) {
    names = kernelTypeOf(type)
      .fields.filter(
        (field) => field.kind === "integer" && field.default === undefined && !field.name.startsWith("kernel"),
      )
      .map((field) => field.name);
    cache.set(type, names);
  }
  return names;
}
