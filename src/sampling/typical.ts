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

/** Of the catalogue, in the order in which they carry time in real models. */
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
];

/** Sizes lie within this factor of the catalogue's example. Choice. */
const spread = 8;
/** Larger kernels take longer than they tell. Choice: about 10 ms. */
const mostFlops = 4e8;
const mostElements = 8e6;
/** Share of optional fields (batch, stride, groups …) that keep their usual value, and of sizes that are multiples of 8. */
const usual = 0.7;

/** Distinct configs around the catalogue's example, choices in equal parts; the same for the same seed. */
export function typicalConfigs(type: string, count: number, seed: number): KernelConfig[] {
  const row = kernelTypeOf(type);
  const random = createRandom(`${seed}/typical/${type}`);
  const collector = createCollector({
    type,
    count,
    accepts: (config) => isShort(type, config),
  });
  while (collector.wants()) collector.offer(draw(row.fields, random));
  return [...collector.result().configs];
}

function draw(fields: ReturnType<typeof kernelTypeOf>["fields"], random: Random): LooseConfig {
  const config: Record<string, number | string> = {};
  for (const field of fields) {
    if (field.kind === "choice") config[field.name] = choose(field.choices, random);
    else if (field.default !== undefined && random.next() < usual) config[field.name] = field.default;
    else config[field.name] = around(field.example ?? field.default ?? field.min, random);
  }
  return config;
}

/** Of many choices (activations) the first, and ReLU, are what models have. */
function choose(choices: readonly string[], random: Random): string {
  if (choices.length <= 4) return random.pick(choices);
  const frequent = ["relu", choices[0]!].filter((choice) => choices.includes(choice));
  return random.next() < usual ? random.pick(frequent) : random.pick(choices);
}

/** A usual size of 1 (rows, queries) is the least there is: those beyond it are as many as a prefill has. */
function around(size: number, random: Random): number {
  const drawn = size <= 1 ? spread ** (3 * random.next()) : size * spread ** (2 * random.next() - 1);
  return drawn >= 16 && random.next() < usual ? Math.round(drawn / 8) * 8 : Math.round(drawn);
}

function isShort(type: string, config: KernelConfig): boolean {
  const row = kernelTypeOf(type);
  const { input, output, weight } = row.elements(config);
  return row.flops(config) <= mostFlops && input + output + weight <= mostElements;
}

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
