/**
 * Prior sampling: configs of the spaces by frequency × share of latency (nn-Meter's prior, with LitePred's weighting of
 * what dominates), half of them moved to neighbouring sizes.
 */
import { createRandom, type Random } from "../base/index.js";
import { drawDistinct, requireStatistics } from "./draw.js";
import { neighbour } from "./neighbour.js";
import type { ConfigStatistics, Sampler, SamplingRequest, SamplingResult } from "./sampler.js";
import { tempered } from "./weights.js";

/** Share of draws that are moved to a neighbour. */
const movedShare = 0.5;

export function samplePrior(request: SamplingRequest): SamplingResult {
  const statistics = requireStatistics(request);
  const random = createRandom(`${request.seed}/prior/${request.type}`);
  const ordered = weightedOrder(statistics.configs, random);
  let position = 0;
  return drawDistinct(request, () => {
    const { config } = ordered[position++ % ordered.length]!;
    const again = position > ordered.length;
    return again || random.next() < movedShare ? neighbour(request.type, config, random) : config;
  });
}

/** A weighted draw without replacement of all configs (Efraimidis and Spirakis 2006: keys u^(1/w)). */
export function weightedOrder(configs: readonly ConfigStatistics[], random: Random): ConfigStatistics[] {
  return configs
    .map((entry) => ({ entry, key: Math.log(random.next() || Number.MIN_VALUE) / tempered(entry.share) }))
    .sort((a, b) => b.key - a.key)
    .map(({ entry }) => entry);
}

const prior: Sampler = {
  name: "prior",
  summary: "configs of the spaces by frequency and share of latency, half of them moved to neighbouring sizes",
  sample: async (request) => samplePrior(request),
};
export default prior;
