/** Random sampling: each field by itself, sizes log-uniform over their range, choices uniform. The weakest baseline. */
import { createRandom, type Random } from "../base/index.js";
import { type Field, type KernelConfig, kernelTypeOf } from "../kernels/index.js";
import { drawDistinct } from "./draw.js";
import type { Sampler, SamplingRequest, SamplingResult } from "./sampler.js";

export function sampleRandom(request: SamplingRequest): SamplingResult {
  const random = createRandom(`${request.seed}/random/${request.type}`);
  const seen = request.statistics?.configs.map(({ config }) => config) ?? [];
  const draws = kernelTypeOf(request.type).fields.map((field) => [field.name, fieldDraw(field, seen)] as const);
  return drawDistinct(request, () => Object.fromEntries(draws.map(([name, draw]) => [name, draw(random)])));
}

/** Within the range that the spaces show, else within a thousandth of what is allowed: beyond it lie out-of-memory sizes. */
function fieldDraw(field: Field, seen: readonly KernelConfig[]): (random: Random) => number | string {
  const values = [...new Set(seen.map((config) => config[field.name]).filter((value) => value !== undefined))];
  if (field.kind === "choice") {
    const choices = values.length > 0 ? (values as string[]) : field.choices;
    return (random) => random.pick(choices);
  }
  const numbers = values as number[];
  if (numbers.length > 0 && numbers.length <= 12) return (random) => random.pick(numbers);
  const low = numbers.length > 0 ? Math.min(...numbers) : field.min;
  const high = numbers.length > 0 ? Math.max(...numbers) : Math.max(field.min, Math.min(field.max, 512));
  if (field.default !== undefined && numbers.length === 0) return () => field.default!;
  return (random) => Math.round(low * (high / low) ** random.next());
}

const sampler: Sampler = {
  name: "random",
  summary: "each field by itself, sizes log-uniform over their range",
  sample: async (request) => sampleRandom(request),
};
export default sampler;
