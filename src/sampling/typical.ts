/**
 * Configs of kernel types that no search space has (recurrent layers, volumes, language models, integers …), and batches of those that
 * they have with one image alone: what is measured beside sampled networks, so that models of other kinds are covered too.
 */
import { createRandom, type Random } from "../base/index.js";
import {
  type KernelConfig,
  type KernelTypeName,
  kernelTypeOf,
  type LooseConfig,
  projectConfig,
} from "../kernels/index.js";
import { createCollector } from "./draw.js";
import { knownShapes } from "./known-shapes.js";
import { isWithin } from "./short.js";

/** Of the catalogue, in the order in which they carry time in real models; the last ones networks have, but not in all their shapes. */
export const rareTypes: readonly KernelTypeName[] = [
  "recurrent",
  "conv-1d",
  "conv-quantised",
  "matmul-quantised",
  "matmul-nbits",
  "attention-cached",
  "attention-projected",
  "conv-3d",
  "conv-transpose-1d",
  "resize-plain",
  "grid-sample",
  "einsum",
  "dynamic-quantize",
  "elementwise-quantised",
  "bias-gelu",
  "skip-layernorm",
  "conv-transpose",
  "resize",
  "quantize",
  "dequantize",
  "cast",
  "pad",
  "group-norm",
  "gather",
  "reduce",
  "gelu",
  "fc",
  "avgpool",
  "maxpool",
  "activation",
];

/** Sizes lie within this factor of the catalogue's example. Choice. */
const spread = 8;
/** Larger kernels take longer than they tell. Choice: about 10 ms. */
const mostFlops = 4e8;
const mostElements = 8e6;
/** Share of optional fields (batch, stride, groups …) that keep their usual value, and of sizes that are multiples of 8. */
const usual = 0.7;

/** Distinct configs around the catalogue's example, choices in equal parts, and of known shapes; the same for the same seed. */
export function typicalConfigs(type: string, count: number, seed: number): KernelConfig[] {
  const row = kernelTypeOf(type);
  const random = createRandom(`${seed}/typical/${type}`);
  const collector = createCollector({
    type,
    count,
    accepts: (config) => isShort(type, config),
  });
  const draws = [(of: Random) => draw(row.fields, of), ...(knownShapes[row.name as KernelTypeName] ?? [])];
  for (let i = 0; collector.wants(); i++) collector.offer(draws[i % draws.length]!(random));
  return [...collector.result().configs];
}

function draw(fields: Fields, random: Random): LooseConfig {
  const config: Record<string, number | string> = {};
  for (const field of fields) config[field.name] = drawn(field, random);
  return resampled(twinned(config, random), random);
}

type Fields = ReturnType<typeof kernelTypeOf>["fields"];

function drawn(field: Fields[number], random: Random): number | string {
  if (field.kind === "choice") return choose(field.choices, random);
  const size = field.example ?? field.default ?? field.min;
  const isUsual = field.default !== undefined && random.next() < usual;
  if (isUsual) return field.default!;
  if (/^kernel/.test(field.name) && size === 3) return random.pick(windows);
  if (/^stride/.test(field.name)) return random.pick(strides);
  return around(size, random);
}

const windows = [1, 3, 3, 5, 7];
const strides = [1, 2, 2, 3];

/** Images, windows and strides are mostly as wide as they are high. */
function twinned(config: Record<string, number | string>, random: Random): Record<string, number | string> {
  const isSquare = random.next() < usual;
  const twins = ["h", "kernelH", "strideH", "outH"].filter((name) => isSquare && config[name] !== undefined);
  return {
    ...config,
    ...Object.fromEntries(twins.map((name) => [`${name.slice(0, -1)}${twinOf(name)}`, config[name]!])),
  };
}

const twinOf = (name: string) => (name === "h" ? "w" : "W");

/** Resized images are mostly a simple factor larger or smaller. */
function resampled(config: Record<string, number | string>, random: Random): LooseConfig {
  if (config.outH === undefined || random.next() > usual) return config;
  const factor = random.pick(factors);
  const scaled = (size: number | string) => Math.max(1, Math.round(Number(size) * factor));
  return { ...config, outH: scaled(config.h!), outW: scaled(config.w!) };
}

const factors = [0.5, 2, 2, 3, 4, 8];

/** Of activations the first, and ReLU, are what models have; of other choices any. */
function choose(choices: readonly string[], random: Random): string {
  if (!choices.includes("relu")) return random.pick(choices);
  return random.next() < usual ? random.pick(["relu", choices[0]!]) : random.pick(choices);
}

/** A usual size of 1 (rows, queries) is the least there is: those beyond it are as many as a prefill has. */
function around(size: number, random: Random): number {
  const value = size <= 1 ? spread ** (3 * random.next()) : size * spread ** (2 * random.next() - 1);
  return value >= 16 && random.next() < usual ? Math.round(value / 8) * 8 : Math.round(value);
}

const isShort = (type: string, config: KernelConfig): boolean =>
  isWithin(kernelTypeOf(type), config, { mostElements, mostFlops });

const batches = [2, 4, 8, 16];

/** Some of the configs that were measured, in batches: sizes stay, so that a batch is all that is new. */
export function batchConfigs(
  type: string,
  measured: readonly KernelConfig[],
  count: number,
  seed: number,
): KernelConfig[] {
  const row = kernelTypeOf(type);
  if (!row.fields.some(({ name }) => name === "batch")) return [];
  const order = createRandom(`${seed}/batches/${type}`).shuffle([...measured]);
  const found = new Map<string, KernelConfig>();
  for (const [i, config] of order.entries()) {
    if (found.size >= count) break;
    const batched = projectConfig(row, { ...config, batch: batches[i % batches.length]! });
    if (isShort(type, batched)) found.set(JSON.stringify(batched), batched);
  }
  return [...found.values()];
}
