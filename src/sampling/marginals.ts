/**
 * nn-Meter's prior: each size by its own distribution in the spaces, without the others; the remaining fields (window,
 * stride, activation) together. A width is drawn with its height.
 */
import { createRandom } from "../base/index.js";
import type { LooseConfig } from "../kernels/index.js";
import { drawDistinct, requireStatistics } from "./draw.js";
import { sizeFields } from "./neighbour.js";
import type { Sampler, SamplingRequest, SamplingResult, TypeStatistics } from "./sampler.js";
import { cumulated, indexAt } from "./weights.js";

export function sampleMarginals(request: SamplingRequest, taken: SamplingResult["configs"] = []): SamplingResult {
  const random = createRandom(`${request.seed}/marginals/${request.type}`);
  const next = marginalDraws(requireStatistics(request));
  return drawDistinct(request, () => next(() => random.next()), taken);
}

/** Draws by frequency alone, as nn-Meter does. */
function marginalDraws({ type, configs }: TypeStatistics): (uniform: () => number) => LooseConfig {
  const sums = cumulated(configs.map(({ count }) => count));
  const sizes = sizeFields(type);
  return (uniform) => {
    const draw = () => configs[indexAt(sums, uniform())]!.config;
    const config: Record<string, number | string> = { ...draw() };
    const spatial = draw();
    for (const name of sizes) {
      const from = name === "h" || name === "w" ? spatial : draw();
      config[name] = from[name]!;
    }
    return config;
  };
}

const sampler: Sampler = {
  name: "marginals",
  summary: "each size by its own frequency in the spaces, without the others (nn-Meter's prior)",
  sample: async (request) => sampleMarginals(request),
};
export default sampler;
