/**
 * Designed configs that show a platform's latency patterns: one size at a time steps around multiples of 4 to 64, images
 * grow by pixels and by octaves, windows and strides change with all else equal. For comparing platforms: two that step
 * at the same places are alike.
 */
import { inTurn } from "../base/index.js";
import { type KernelConfig, kernelTypeOf, type LooseConfig } from "../kernels/index.js";
import { drawDistinct } from "./draw.js";
import { sizeFields } from "./neighbour.js";
import type { Sampler, SamplingRequest, SamplingResult, TypeStatistics } from "./sampler.js";

/** Vector widths and tile sizes whose multiples latency steps at. */
const units = [4, 8, 16, 32, 64];
/** Typical map sizes of networks. */
const maps = [7, 14, 28, 56, 112];
/** Configs to start from, at most. Choice. */
const anchors = 6;

export function sampleDesigned(request: SamplingRequest): SamplingResult {
  const starts = anchorsOf(request);
  const variants = starts.map((anchor) => variantsOf(request.type, anchor, request.statistics));
  // One of each anchor in turn, so that any prefix covers all.
  const queue = inTurn(variants);
  return drawDistinct(request, () => queue.shift());
}

/** The configs with the largest share that differ in something other than sizes; without statistics, the catalogue's example. */
function anchorsOf({ type, statistics }: SamplingRequest): KernelConfig[] {
  const sizes = sizeFields(type);
  if (statistics === undefined) return [exampleOf(type)];
  const kinds = new Map<string, KernelConfig>();
  for (const { config } of statistics.configs) {
    const kind = Object.entries(config)
      .filter(([name]) => !sizes.includes(name))
      .join("|");
    if (!kinds.has(kind)) kinds.set(kind, config);
    if (kinds.size === anchors) break;
  }
  return [...kinds.values()];
}

const exampleOf = (type: string): KernelConfig =>
  Object.fromEntries(
    kernelTypeOf(type).fields.map((field) => [
      field.name,
      field.default ?? (field.kind === "choice" ? field.choices[0]! : (field.example ?? field.min)),
    ]),
  );

function variantsOf(type: string, anchor: KernelConfig, statistics: TypeStatistics | undefined): LooseConfig[] {
  const sizes = sizeFields(type);
  const channels = sizes.filter((name) => name !== "h" && name !== "w");
  const steps = channels.map((name) =>
    stepsAround(anchor[name] as number).map((value) => ({ ...anchor, [name]: value })),
  );
  const images = sizes.includes("h")
    ? maps
        .flatMap((size) => [size, size + 1, 2 ** Math.round(Math.log2(size))])
        .map((size) => ({ ...anchor, h: size, w: size }))
    : [];
  const others = (statistics?.configs ?? [])
    .slice(0, 200)
    .map(({ config }) => ({ ...config, ...Object.fromEntries(sizes.map((name) => [name, anchor[name]!])) }));
  return [anchor, ...inTurn<LooseConfig>([...steps, images, others])];
}

/** Values one below, at and one above multiples of each unit near `size`, and its octaves. */
function stepsAround(size: number): number[] {
  const near = units.flatMap((unit) => {
    const multiple = Math.max(1, Math.round(size / unit)) * unit;
    return [multiple, multiple + 1, multiple - 1, multiple + unit];
  });
  return [...near, size * 2, Math.ceil(size / 2), size * 4, Math.ceil(size / 4)];
}

const designed: Sampler = {
  name: "designed",
  summary: "steps of one size at a time, windows and strides with all else equal: shows latency patterns",
  sample: async (request) => sampleDesigned(request),
};
export default designed;
